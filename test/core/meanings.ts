import type { AnswerMeaning } from '../../lambda/core/model.ts';

/** Of a destination that has nothing of its own to say. */
export const PLAIN: AnswerMeaning = {
  accepted: new Set([200, 204]),
  isConfiguration: code => /^(WrongSetting|InvalidStream)$/.test(code),
  isTooLarge: () => false,
};

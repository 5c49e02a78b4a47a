/** Answers in Auth0's own words. */
import type { Answer } from '../faults.ts';

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
};

/** The Management API's error body. */
export function apiError(status: number, message: string, errorCode?: string): Answer {
  return json(status, { statusCode: status, error: STATUS_TEXT[status], message, errorCode });
}

/** The token endpoint's error body. */
export function oauthError(status: number, error: string, description: string): Answer {
  return json(status, { error, error_description: description });
}

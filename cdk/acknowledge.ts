/** Findings of cdk-nag and of CDK's own rules that are meant to be, each with its reason. */
import * as cdk from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

export interface Acknowledged {
  readonly id: string;
  readonly reason: string;
}

/** Does nothing with an aws-cdk-lib that has no `Validations` yet: the package allows older ones, and their nag is another. */
export function acknowledge(construct: IConstruct, ...findings: readonly Acknowledged[]): void {
  const { Validations } = cdk as Partial<Pick<typeof cdk, 'Validations'>>;
  Validations?.of(construct).acknowledge(...findings);
}

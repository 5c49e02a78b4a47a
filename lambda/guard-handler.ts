/** A custom resource that lets a deploy go on, or refuses it before anything is changed: see core/guard.ts. */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import type { GuardedPipelines } from './core/contract.ts';
import { refusal } from './core/guard.ts';

/** It never changes: after a change, CloudFormation would delete the former resource. */
const PHYSICAL_ID = 'pipelines';
const ANSWER_LIMIT_MS = 15_000;

/**
 * Answers to the event's own address, whatever happens: CloudFormation waits for it.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
 */
export async function handler(event: CloudFormationCustomResourceEvent): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const problem = await problemOf(event).catch(
    (error: unknown) => `The guard failed: ${error instanceof Error ? error.message : error}`,
  );
  const answer = {
    Status: problem === undefined ? 'SUCCESS' : 'FAILED',
    ...(problem !== undefined && { Reason: problem }),
    PhysicalResourceId: PHYSICAL_ID,
    StackId,
    RequestId,
    LogicalResourceId,
  };
  const response = await fetch(event.ResponseURL, {
    method: 'PUT',
    // The address is signed for no type at all.
    headers: { 'content-type': '' },
    body: JSON.stringify(answer),
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
  });
  if (!response.ok) throw new Error(`CloudFormation rejected the response (${response.status})`);
}

async function problemOf(event: CloudFormationCustomResourceEvent): Promise<string | undefined> {
  if (event.RequestType !== 'Update') return undefined;
  const before = event.OldResourceProperties as unknown as GuardedPipelines;
  const now = event.ResourceProperties as unknown as GuardedPipelines;
  const problem = refusal(before, now);
  if (problem === undefined) return undefined;
  // A rollback reverts a refused or failed update, and must never be refused.
  const isBack = await isRollingBack(event.StackId).catch((error: Error) => error);
  if (isBack === true) return undefined;
  return isBack === false ? problem : `${problem} (The state of the stack cannot be read: ${isBack.message})`;
}

async function isRollingBack(stackId: string): Promise<boolean> {
  const client = new CloudFormationClient({ maxAttempts: 4 });
  const { Stacks: stacks } = await client.send(new DescribeStacksCommand({ StackName: stackId }));
  return stacks?.[0]?.StackStatus?.includes('ROLLBACK') ?? false;
}

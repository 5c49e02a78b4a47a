/** Whether AWS can be asked, before the CDK says so in words of its own. */
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { UsageError } from '../../terminal/errors.ts';
import { type StackPlace, stackClients } from './clients.ts';
import { type Obstacle, obstacleIn } from './errors.ts';

/** Why AWS cannot be asked. */
export interface NoAccess {
  /** With the remedy, as `status` has it. */
  readonly error: UsageError;
  readonly obstacle: Obstacle;
}

/** Sends one request. Undefined if these credentials are somebody's, whatever they may do, and if only the CDK knows: it asks for an MFA code. */
export async function accessProblem(where: StackPlace, stackName: string): Promise<NoAccess | undefined> {
  try {
    const { ask, cloudformation } = await stackClients(where, process.env);
    const look = new DescribeStacksCommand({ StackName: stackName });
    await ask('cloudformation:DescribeStacks', () => cloudformation.send(look));
    return undefined;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const obstacle = obstacleIn(error.cause);
    return obstacle && { error, obstacle };
  }
}

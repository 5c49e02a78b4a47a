/** A deployed stack, by its CloudFormation outputs. */
import { DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { outputKey, type PipelineOutput } from '../../../lambda/core/contract.ts';
import { isObject } from '../../../lambda/core/record/log.ts';
import { UsageError } from '../../terminal/errors.ts';
import type { StackClients } from './clients.ts';

const ACTION = 'cloudformation:DescribeStacks';

/** What the stack says of its pipelines; also nested ones have their output there. Throws UsageError when there is none. */
export async function pipelineOutputs(
  clients: StackClients,
  stackName: string,
): Promise<readonly PipelineOutput[]> {
  const { cloudformation, region, ask } = clients;
  // An operator with access to one stack only is denied for a mistyped name, too.
  const stack = await ask(`${ACTION} of stack "${stackName}"`, async () => {
    try {
      const answer = await cloudformation.send(new DescribeStacksCommand({ StackName: stackName }));
      return answer.Stacks?.[0];
    } catch (error) {
      if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
      throw error;
    }
  });
  const outputs = stack ? outputsOf(stack) : [];
  if (outputs.length > 0) return outputs;
  const problem = stack ? 'has no pipelines' : 'does not exist';
  const others = await otherStacks(clients);
  throw new UsageError(`stack "${stackName}" in ${region} ${problem}; ${others}`);
}

function outputsOf({ Outputs: outputs = [] }: Stack): PipelineOutput[] {
  return outputs.flatMap(({ OutputKey: key, OutputValue: value = '' }) => {
    const output = parse(value);
    return output && outputKey(output.pipeline) === key ? [output] : [];
  });
}

/** Undefined for the output of something else. */
function parse(value: string): PipelineOutput | undefined {
  try {
    const output: unknown = JSON.parse(value);
    const isOurs =
      isObject(output) &&
      ['pipeline', 'checkpointTable', 'retryQueueUrl', 'deadLetterQueueUrl', 'shipFunction'].every(
        key => typeof output[key] === 'string',
      );
    return isOurs ? (output as unknown as PipelineOutput) : undefined;
  } catch {
    return undefined;
  }
}

/** What to do instead. One call: an account with more stacks than that is not searched. */
async function otherStacks({ cloudformation }: StackClients): Promise<string> {
  const elsewhere = 'check --stack, --region and --profile';
  try {
    const { Stacks: stacks = [] } = await cloudformation.send(new DescribeStacksCommand({}));
    const names = stacks.flatMap(one => (outputsOf(one).length > 0 ? [one.StackName ?? ''] : []));
    if (names.length === 0) return elsewhere;
    return `stacks with pipelines there: ${names.join(', ')}; choose one with --stack, or another --region or --profile`;
  } catch {
    // It is only a hint, and may need more permissions than the operator has.
    return elsewhere;
  }
}

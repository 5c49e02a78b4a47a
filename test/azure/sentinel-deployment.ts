/** The committed template, deployed with Microsoft Sentinel. */
import type { Template } from '../../azure/arm.ts';
import { generatedFiles } from '../../azure/write-template.ts';
import { type Deployment, deploy, type World } from './arm-deploy.ts';
import { STATE } from './sample-deployment.ts';

const template: Template = JSON.parse(generatedFiles()['azure/template.json'] ?? '');

/** A deployment with these parameters; `deploySentinel` is true unless they have it. */
export const deployedWith = (parameters: World['parameters'] = {}, world: Partial<World> = {}): Deployment =>
  deploy(template, {
    parameters: { workspaceName: 'logs', deploySentinel: true, ...parameters },
    state: STATE,
    ...world,
  });

/** The resources of a type, such as `alertRules`. */
export const ofType = ({ resources }: Deployment, type: string) =>
  resources.filter(one => one.type.endsWith(`/${type}`));

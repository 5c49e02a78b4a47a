/** The queries on docs/sentinel.md that call ASIM parsers, checked and run. */
import { expect, test } from 'vitest';
import { EXCLUDE_LINES } from '../../../azure/asim/attach.ts';
import { ASIM_PARSERS, callOf, parameterList } from '../../../azure/asim/parsers.ts';
import { asFunction } from '../../../simulator/azure/log-analytics/asim-translations.ts';
import { checker } from '../../../simulator/azure/log-analytics/kql-check.ts';
import { blocks, page } from '../../docs/pages.ts';
import { parserOf } from './asim-world.ts';

const parser = parserOf('Authentication');
const check = checker({ tables: {}, functions: {} });
/** Microsoft's unifying parser, with ours alone. */
const unifying = `let _Im_Authentication = (${parameterList(parser.parameters)}) { ${callOf(parser)} };\n`;
const queries = blocks('sentinel.md', 'kusto').filter(({ text }) => /Auth0LogsToAzure\(|_Im_/.test(text));

test.each(queries.map(({ where, text }) => [where, text]))('the query of %s is sound', (_, kql) => {
  const { problems } = check(`${asFunction(parser)}${unifying}${kql}`);
  expect(problems.filter(one => one.code !== 'KS205')).toEqual([]);
});

test('there are such queries, the items of the watchlist as they are put out, and the name of each parser', () => {
  expect(queries).toHaveLength(2);
  const [items] = blocks('sentinel.md', 'text').filter(({ text }) => text.startsWith('CallerContext'));
  expect(items?.text.trim().split('\n')).toEqual(EXCLUDE_LINES);
  expect(ASIM_PARSERS.filter(({ alias }) => !page('sentinel.md').includes(`\`${alias}\``))).toEqual([]);
});

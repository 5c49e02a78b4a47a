import { describe, expect, test } from 'vitest';
import { LEFT_OUT, PLACED, SCHEMAS } from '../../../azure/asim/codes.ts';
import { LOG_TYPES } from '../../../lambda/core/record/log-types.ts';
import { fieldsOf } from '../../../simulator/azure/asim/fields.ts';

const codes = [...PLACED, ...LEFT_OUT].map(one => one.code);

describe('the table of codes', () => {
  test('places every known type of Auth0, once, and no other', () => {
    expect(codes.toSorted()).toEqual(LOG_TYPES.map(one => one.code).toSorted());
  });

  test('gives a reason for each type that it leaves out', () => {
    expect(LEFT_OUT.filter(({ why }) => !/^[A-Z].*\.$/.test(why))).toEqual([]);
  });

  test.each(SCHEMAS)('has only values of ASIM’s lists for %s', schema => {
    const lists = new Map(fieldsOf(schema).map(field => [field.name, field.values]));
    const wrong = PLACED.filter(one => one.schema === schema).flatMap(one =>
      Object.entries({
        EventType: one.type,
        EventResult: one.result,
        EventSeverity: one.severity,
        EventResultDetails: one.details,
        LogonMethod: one.method,
        ObjectType: one.objectType,
        TargetUserType: one.userType,
        ...(schema === 'Authentication' ? { EventSubType: one.subType } : {}),
      }).flatMap(([field, value]) =>
        value === undefined || lists.get(field)?.includes(value) ? [] : [`${one.code} ${field}: ${value}`],
      ),
    );
    expect(wrong).toEqual([]);
  });

  test('gives a failed sign-in a reason, and a successful one none', () => {
    const signIns = PLACED.filter(one => one.schema === 'Authentication');
    expect(signIns.filter(one => (one.result === 'Failure') !== (one.details !== undefined))).toEqual([]);
  });
});

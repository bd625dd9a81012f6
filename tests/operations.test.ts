import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  getVariableValues,
  isObjectType,
  isUnionType,
  Kind,
  OperationTypeNode,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { z } from 'zod';
import { trustedDocumentsIn } from '../gateway/limits/trusted-documents';

const SCHEMA = join(__dirname, '..', 'schema');
const FOLDER = join(SCHEMA, 'operations');
const api = buildSchema(readFileSync(join(SCHEMA, 'api.graphql'), 'utf8'));
const examples = z
  .record(z.string(), z.record(z.string(), z.unknown()))
  .parse(JSON.parse(readFileSync(join(FOLDER, 'examples.json'), 'utf8')));
const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => file.replace('.graphql', ''));

describe("the front end's documents", () => {
  it('each have example variables, and no others do', () => {
    expect(Object.keys(examples).sort()).toEqual(names.sort());
  });

  describe.each(names)('%s', (name) => {
    it('is valid against the published schema', () => {
      expect(validate(api, read(name))).toEqual([]);
    });

    it('is one definition, which every client prints alike', () => {
      expect(read(name).definitions).toHaveLength(1);
    });

    it('asks for __typename in every object, as caches keep objects by it', () => {
      expect(withoutTypename(read(name))).toEqual([]);
    });

    it('selects the fields of every possible answer that the next screen needs', () => {
      expect(
        leftOut(read(name)).filter((field) => !NOT_NEEDED.has(field) && !NOT_NEEDED.has(`${name}: ${field}`)),
      ).toEqual([]);
    });

    it('holds one operation, named like the file, under a line with its purpose', () => {
      expect(operations(read(name)).map((operation) => operation.name?.value)).toEqual([name]);
      expect(text(name)).toMatch(/^# \S.*[.?]\n/);
    });

    it('takes its example variables and leaves none of them unused', () => {
      const declared = operations(read(name)).flatMap(({ variableDefinitions }) => variableDefinitions ?? []);
      const given = examples[name]!;
      expect(getVariableValues(api, declared, given)).toHaveProperty(
        'coerced',
        expect.objectContaining(given),
      );
      expect(declared.map(({ variable }) => variable.name.value)).toEqual(
        expect.arrayContaining(Object.keys(given)),
      );
    });
  });
});

/** Fields of expected answers that no document, or this one, selects, with the reason. */
const NOT_NEEDED = new Map([
  ['Assessment.appointmentOptions', 'asked by AppointmentOptions, never kept'],
  ['Assessment.questionnaireResponse', 'asked by ExplainAssessment'],
  ['Assessment.trace', 'for practice staff: AssessmentTrace'],
  ['Practice.location', 'the practice is the one whose staff ask'],
  ['Practice.address', 'the practice is the one whose staff ask'],
  ['Practice.phone', 'the practice is the one whose staff ask'],
  ['Practice.directoryAsOf', 'asked by PracticeByCode'],
  ['Practice.leftDirectoryOn', 'asked by PracticeByCode, BookingById and MyBookings'],
  ['Practice.accessNeedsMet', 'asked by PracticeByCode and AppointmentOptions'],
  ['Practice.accessNeedsNotMet', 'asked by PracticeByCode and AppointmentOptions'],
  ['Practice.openNow', 'asked by PracticeByCode and MyPracticeBook'],
  ['Practice.nextOpening', 'asked by PracticeByCode and MyPracticeBook'],
  ['Practice.openingHours', 'asked by PracticeByCode'],
  ['Practice.releasePreview', 'asked by MyPracticeBook'],
  ['Practice.releaseHistory', 'asked by MyPracticeBook'],
  ['Practice.bookingDay', 'asked by MyPracticeBook'],
  ['Practice.bookingDays', 'asked by PracticeDays'],
  ['Practice.callerManages', 'asked by PracticeRelease and PracticeDiary'],
  ['Practice.diary', 'asked by PracticeDiary'],
  ['Practice.ownPatientsElsewhere', 'asked by OwnPatientsElsewhere'],
  ['SettleBooking: Booking.patient', 'operators are not told who the person is'],
]);

describe('the published documents together', () => {
  it('ask for every root field: in production people can use nothing else', () => {
    const asked = names.flatMap((name) => operations(read(name)).flatMap(rootFields));
    const all = ['Query', 'Mutation'].flatMap((type) =>
      Object.keys(objectType(type).getFields()).map((field) => `${type}.${field}`),
    );
    expect(all.filter((field) => !asked.includes(field))).toEqual([]);
  });

  it('let every argument of a root field, and of the options, be given', () => {
    const given = new Set(names.flatMap((name) => argumentsGiven(read(name))));
    const wanted = ['Query', 'Mutation', 'Assessment'].flatMap((type) => argumentsOf(objectType(type)));
    expect(wanted.filter((argument) => !given.has(argument))).toEqual([]);
  });

  it('leave nothing out of an answer without need', () => {
    const used = new Set(
      names.flatMap((name) => leftOut(read(name)).flatMap((field) => [field, `${name}: ${field}`])),
    );
    expect([...NOT_NEEDED.keys()].filter((field) => !used.has(field))).toEqual([]);
  });

  it('are in the manifest, each under the SHA-256 of its text', () => {
    const manifest = Manifest.parse(JSON.parse(readFileSync(join(FOLDER, 'manifest.json'), 'utf8')));
    const published = [...trustedDocumentsIn(FOLDER)].filter(([, { isRetired }]) => !isRetired);
    expect(manifest.operations).toEqual(published.map(([id, { name, text: body }]) => ({ id, name, body })));
  });
});

describe('retired documents', () => {
  const retired = [...trustedDocumentsIn(FOLDER)].filter(([, document]) => document.isRetired);

  it.each(retired.map(([, document]) => [document.name, document] as const))(
    '%s is still valid against the published schema',
    (_, { text: retiredText }) => {
      expect(validate(api, parse(retiredText))).toEqual([]);
    },
  );
});

const Manifest = z.object({
  operations: z.array(z.object({ id: z.string(), name: z.string(), body: z.string() })),
});

function rootFields({ operation, selectionSet }: OperationDefinitionNode): string[] {
  const type = operation === OperationTypeNode.QUERY ? 'Query' : 'Mutation';
  return selectionSet.selections.flatMap((field) =>
    field.kind === Kind.FIELD ? [`${type}.${field.name.value}`] : [],
  );
}

function objectType(name: string): GraphQLObjectType {
  const type = api.getType(name);
  if (!isObjectType(type)) throw new Error(`${name} is no object type.`);
  return type;
}

function argumentsOf(type: GraphQLObjectType): string[] {
  return Object.values(type.getFields()).flatMap(({ name, args }) =>
    args.map((argument) => `${type.name}.${name}(${argument.name})`),
  );
}

function argumentsGiven(document: DocumentNode): string[] {
  const given: string[] = [];
  const types = new TypeInfo(api);
  visit(
    document,
    visitWithTypeInfo(types, {
      Argument({ name }) {
        given.push(`${types.getParentType()?.name}.${types.getFieldDef()?.name}(${name.value})`);
      },
    }),
  );
  return given;
}

/** The types of selections in which no `__typename` is; an operation's own type is known. */
function withoutTypename(document: DocumentNode): string[] {
  const without: string[] = [];
  const types = new TypeInfo(api);
  visit(
    document,
    visitWithTypeInfo(types, {
      SelectionSet(set, _, parent) {
        const isRoot = parent !== undefined && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION;
        if (!isRoot && !fieldsOf(set).includes('__typename')) without.push(String(types.getParentType()));
      },
    }),
  );
  return without;
}

/** `Type.field` of every member of a union, or object, that a root field answers and that the document does not select. */
function leftOut(document: DocumentNode): string[] {
  const missing: string[] = [];
  const types = new TypeInfo(api);
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ selectionSet }) {
        const type = api.getType(String(types.getType()).replaceAll(/[[\]!]/g, ''));
        if (!isUnionType(type) || selectionSet === undefined) return;
        for (const { name } of type.getTypes()) missing.push(...notSelected(objectType(name), selectionSet));
      },
    }),
  );
  return missing;
}

function notSelected(member: GraphQLObjectType, { selections }: SelectionSetNode): string[] {
  const interfaces = member.getInterfaces().map(({ name }) => name);
  const selected = selections.flatMap((selection) => {
    if (selection.kind !== Kind.INLINE_FRAGMENT) return [];
    const on = selection.typeCondition?.name.value ?? '';
    return on === member.name || interfaces.includes(on) ? fieldsOf(selection.selectionSet) : [];
  });
  return Object.keys(member.getFields())
    .filter((field) => !selected.includes(field))
    .map((field) => `${member.name}.${field}`);
}

function fieldsOf({ selections }: SelectionSetNode): string[] {
  return selections.flatMap((selection) => (selection.kind === Kind.FIELD ? [selection.name.value] : []));
}

function text(name: string): string {
  return readFileSync(join(FOLDER, `${name}.graphql`), 'utf8');
}

function read(name: string): DocumentNode {
  return parse(text(name));
}

function operations(document: DocumentNode): OperationDefinitionNode[] {
  return document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
}

import { ApolloGateway } from '@apollo/gateway';
import { execute, Kind, parse, print, validate, type ASTNode, type GraphQLSchema } from 'graphql';
import type { FederatedOperation } from '../../gateway/execution/federated-operation';
import type { OperationCache } from '../../gateway/execution/operation-cache';
import type { GatewayContext } from '../../gateway/gateway-context';
import { DEFAULT_LIMITS, type DocumentLimits } from '../../gateway/limits/gateway-limits';
import { federatedOperations } from '../../gateway/federated-operations';
import { requestGuards, type Admitted } from '../../gateway/limits/request-guards';
import { documentFinder } from '../../gateway/limits/trusted-documents';
import { ANONYMOUS } from '../../domain/caller';
import type { SubgraphRequest, SubgraphReply, SubgraphTransport } from '../../gateway/subgraph-transport';
import { clientDisconnect } from '../../platform/http/client-disconnect';
import { subgraphExecution } from '../../platform/graphql/execution/execute-subgraph';
import { composed } from './composed';
import { diceOf, PACES, subgraphOfGeneratedAnswers, type Pace } from './generated-answers';
import type { GeneratedOperation } from './generated-operation';
import type { Graph } from './graphs';

export interface GatewayAnswer {
  data?: unknown;
  /** Each as JSON, in alphabetical order: subgraphs answer when they can. */
  errors?: readonly string[] | undefined;
  extensions?: unknown;
}

/** Apollo's gateway as it comes and ours, over the same subgraphs. Each plans an operation once, for both paces. */
export interface TwoGateways {
  schema: GraphQLSchema;
  isValid(text: string): boolean;
  stock: Play;
  ours: Play;
  /** Counts how often ours left an operation to Apollo's executor, by reason. */
  fallbacks: Map<string, number>;
}

type Play = (operation: GeneratedOperation, pace: Pace) => Promise<GatewayAnswer>;

const newContext = (): GatewayContext => ({
  caller: { kind: 'anonymous' },
  requestId: 'request',
  source: '',
  ...clientDisconnect(),
});

/** Goes through both gateways to the subgraphs, which know by it how to answer. */
const CONTEXTS: Record<Pace, GatewayContext> = { 'at-once': newContext(), later: newContext() };

/** Executor that our gateway uses for a subgraph in its process. */
export type Execute = (schema: GraphQLSchema, request: SubgraphRequest) => Promise<SubgraphReply>;

export async function twoGateways(graph: Graph, salt: string, executeOurs: Execute): Promise<TwoGateways> {
  // Who may ask for what is tried elsewhere.
  const supergraphSdl = composed(graph).replaceAll(/(?<!directive) @access\([^)]*\)/g, '');
  /** Answers of one subgraph, at the pace that the context says. */
  const answers = (name: string, run: Execute): SubgraphTransport['fetch'] => {
    const paced = PACES.map((pace) => {
      const schema = subgraphOfGeneratedAnswers(graph.subgraphs[name]!, `${salt} ${name}`, pace);
      return [CONTEXTS[pace], answering(name, schema, salt, run)] as const;
    });
    const byContext = new Map<unknown, SubgraphTransport['fetch']>(paced);
    return (request, context) => byContext.get(context)!(request, context);
  };

  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService({ name }) {
      const fetch = answers(name, executeByGraphql);
      return {
        process: ({ request, context }) =>
          fetch(
            {
              query: request.query ?? '',
              document: parse(request.query ?? ''),
              variables: request.variables ?? {},
              operationName: request.operationName,
            },
            context as unknown as GatewayContext,
          ),
      };
    },
  });
  const { executor } = await gateway.load();

  const fallbacks = new Map<string, number>();
  const transports = Object.keys(graph.subgraphs).map((name): [string, SubgraphTransport] => [
    name,
    {
      fetch: answers(name, executeOurs),
      ready: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
  ]);
  const operations = federatedOperations({
    supergraphSdl,
    subgraphs: new Map(transports),
    // Compared with stock whatever the other suites run on.
    executor: 'compiled',
    limits: NO_LIMITS,
    counted: {
      fallback: (reason) => fallbacks.set(reason, (fallbacks.get(reason) ?? 0) + 1),
      documentRead: () => undefined,
    },
  });

  return {
    schema: gateway.schema!,
    isValid: (text) => validate(gateway.schema!, parse(text)).length === 0,
    fallbacks,
    stock: outcome(async ({ text, variables }, pace) => {
      const answer = await executor({
        request: { variables },
        document: parse(text),
        source: text,
        queryHash: text,
        context: CONTEXTS[pace],
        metrics: {},
        logger: SILENT,
      } as unknown as Parameters<typeof executor>[0]);
      return answer;
    }),
    ours: outcome(async ({ text, variables }, pace) => {
      const { operation, admitted } = await admittedByAll(operations, text, variables);
      return operation.execute(admitted, CONTEXTS[pace]);
    }),
  };
}

/** Admits an operation as the gateway does, without limits and for everybody. */
export async function admittedByAll(
  operations: OperationCache,
  text: string,
  variables: Record<string, unknown>,
  operationName?: string,
): Promise<{ operation: FederatedOperation; admitted: Admitted }> {
  const document = ANY_DOCUMENT(
    { query: text, documentId: undefined, persistedQueryHash: undefined },
    ANONYMOUS,
  );
  if ('refusal' in document) throw new Error(document.refusal.message);
  const found = operations.find(document, operationName);
  if ('refusal' in found) throw new Error(found.refusal.message);
  const { operation } = found;
  const admitted = await NO_GUARDS.admit({
    method: 'POST',
    operation,
    variables,
    by: { caller: ANONYMOUS, source: '' },
  });
  if ('refusal' in admitted) throw new Error(admitted.refusal.message);
  return { operation, admitted };
}

const ANY_DOCUMENT = documentFinder(new Map(), 'for-all');
const NO_GUARDS = requestGuards({
  limits: { ...DEFAULT_LIMITS, operationCost: Infinity },
  budget: {
    spend: () => Promise.resolve({ remaining: 3, retryAfterSeconds: null }),
    spentFor: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  },
  planning: { spend: () => Promise.resolve(null) },
  admission: { enter: () => () => undefined, underWay: () => 0 },
  auditHasRoom: () => true,
  hidesSchema: false,
});

/** Limits of a gateway without any: generated documents are longer than those allow. */
const NO_LIMITS: DocumentLimits = {
  tokens: Infinity,
  depth: Infinity,
  aliases: Infinity,
  directives: Infinity,
  rootFields: Infinity,
  fields: Infinity,
};

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** Some requests fail altogether, the same ones for both, however they say what they select. */
function answering(
  name: string,
  schema: GraphQLSchema,
  salt: string,
  run: Execute,
): SubgraphTransport['fetch'] {
  return (request) => {
    if (diceOf(salt, name, wanted(request))(40) === 0)
      return Promise.reject(new Error(`${name} is not there.`));
    return run(schema, request);
  };
}

/** Stock asks for an entity as often as it is there, ours once. */
function wanted({ document, variables }: SubgraphRequest): string {
  const roots = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [],
  );
  const fields = roots.map((field) => print({ ...field, selectionSet: undefined } as ASTNode));
  const { representations = [] } = variables as { representations?: unknown[] };
  const entities = new Set(representations.map((representation) => JSON.stringify(representation)));
  return [...fields, ...[...entities].sort()].join(' ');
}

const executeCompiled = subgraphExecution('compiled');

/** Executes as the service does. */
export const executeAsService: Execute = (schema, request) => executeCompiled(schema, request, newContext());

export const executeByGraphql: Execute = async (schema, { document, variables, operationName }) =>
  execute({ schema, document, variableValues: variables, operationName, contextValue: newContext() });

type Answered = (operation: GeneratedOperation, pace: Pace) => Promise<Parameters<typeof asSent>[0]>;

/** An operation that cannot be planned or executed at all is an answer too. */
function outcome(answer: Answered): Play {
  return async (operation, pace) => {
    try {
      return asSent(await answer(operation, pace));
    } catch (error) {
      return { errors: [`thrown: ${error instanceof Error ? error.message : 'something'}`] };
    }
  };
}

/** Serialises an answer as a client receives it. */
function asSent(answer: { data?: unknown; errors?: readonly Error[]; extensions?: unknown }): GatewayAnswer {
  const { data, extensions } = JSON.parse(JSON.stringify(answer)) as GatewayAnswer;
  return { data, errors: answer.errors?.map((error) => JSON.stringify(described(error))).sort(), extensions };
}

function described(error: Error): unknown {
  const { path, extensions } = error as { path?: unknown; extensions?: unknown };
  return { message: error.message, path, extensions };
}

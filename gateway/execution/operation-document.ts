import {
  Kind,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
} from 'graphql';
import { fragmentsOf } from './fragments-of';

/** One operation of a document, and a document with that and the fragments it uses: nothing else is judged or executed. */
export interface OperationDocument {
  operation: OperationDefinitionNode;
  document: DocumentNode;
}

export function operationDocument(
  operation: OperationDefinitionNode,
  document: DocumentNode,
): OperationDocument {
  const used = usedFragments(operation, fragmentsOf(document));
  return { operation, document: { kind: Kind.DOCUMENT, definitions: [operation, ...used] } };
}

function usedFragments(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): ReadonlySet<FragmentDefinitionNode> {
  const used = new Set<FragmentDefinitionNode>();
  const look = (within: OperationDefinitionNode | FragmentDefinitionNode) => {
    visit(within, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (fragment === undefined || used.has(fragment)) return;
        used.add(fragment);
        look(fragment);
      },
    });
  };
  look(operation);
  return used;
}

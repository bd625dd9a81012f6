import {
  Kind,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
} from 'graphql';
import { fragmentsOf, type Fragments } from '../../platform/execution/fragments';

/** One operation, and a document of it and the fragments that it uses: the rest of the client's document is neither checked nor executed. */
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
  fragments: Fragments,
): ReadonlySet<FragmentDefinitionNode> {
  const used = new Set<FragmentDefinitionNode>();
  const collect = (definition: OperationDefinitionNode | FragmentDefinitionNode) => {
    visit(definition, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (fragment === undefined || used.has(fragment)) return;
        used.add(fragment);
        collect(fragment);
      },
    });
  };
  collect(operation);
  return used;
}

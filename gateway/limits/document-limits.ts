import {
  Kind,
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { RequestRefusal } from '../error-codes';
import type { DocumentLimits } from './gateway-limits';
import { DEVELOPERS_EN_GB } from '../../domain/messages/developers.en-gb';

/** Size of a part of a document, with every fragment counted wherever it is spread. */
interface Extent {
  /** Fields of the outermost selections. */
  width: number;
  fields: number;
  aliases: number;
  directives: number;
  depth: number;
}

const NOTHING: Extent = { width: 0, fields: 0, aliases: 0, directives: 0, depth: 0 };

/**
 * Measures a parsed document before it is validated: some of graphql-js's rules take time that grows with the square of
 * what they are given. Takes linear time itself, however fragments multiply.
 * @returns the limit that it exceeds; null when it may be validated
 */
export function exceededLimit(document: DocumentNode, limits: DocumentLimits): RequestRefusal | null {
  const measure = measurer(document);
  for (const definition of document.definitions) {
    // Fragments too: one that nothing uses is validated all the same.
    if (!('selectionSet' in definition)) continue;
    const extent = measure(definition.selectionSet);
    const directives = extent.directives + (definition.directives?.length ?? 0);
    const refusal =
      tooMany(extent.fields, limits.fields, 'fields') ??
      tooMany(extent.aliases, limits.aliases, 'aliases') ??
      tooMany(directives, limits.directives, 'directives') ??
      tooMany(isOperation(definition) ? extent.width : 0, limits.rootFields, 'root fields') ??
      tooDeep(extent.depth, limits.depth);
    if (refusal !== null) return refusal;
  }
  return null;
}

function isOperation({ kind }: DefinitionNode): boolean {
  return kind === Kind.OPERATION_DEFINITION;
}

export function tooMany(count: number, max: number, what: string): RequestRefusal | null {
  if (count <= max) return null;
  return {
    code: 'DOCUMENT_TOO_LARGE',
    message: DEVELOPERS_EN_GB.DOCUMENT_TOO_LARGE.COUNT({ max, what }),
  };
}

function tooDeep(depth: number, max: number): RequestRefusal | null {
  if (depth <= max) return null;
  return {
    code: 'DOCUMENT_TOO_DEEP',
    message: DEVELOPERS_EN_GB.DOCUMENT_TOO_DEEP.DEPTH({ max }),
  };
}

function measurer(document: DocumentNode): (selections: SelectionSetNode) => Extent {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const measured = new Map<string, Extent>();

  /** Measured once; inside itself a fragment counts as nothing, and validation refuses it. */
  function ofFragment(name: string): Extent {
    const known = measured.get(name);
    if (known !== undefined) return known;
    measured.set(name, NOTHING);
    const fragment = fragments.get(name);
    const extent = fragment === undefined ? NOTHING : ofSelections(fragment.selectionSet);
    measured.set(name, extent);
    return extent;
  }

  function ofField({ alias, selectionSet }: FieldNode): Extent {
    const inner = selectionSet === undefined ? NOTHING : ofSelections(selectionSet);
    return {
      width: 1,
      fields: inner.fields + 1,
      aliases: inner.aliases + (alias === undefined ? 0 : 1),
      directives: inner.directives,
      depth: inner.depth + 1,
    };
  }

  function ofSelection(selection: SelectionNode): Extent {
    switch (selection.kind) {
      case Kind.FIELD:
        return ofField(selection);
      case Kind.INLINE_FRAGMENT:
        return ofSelections(selection.selectionSet);
      case Kind.FRAGMENT_SPREAD:
        return ofFragment(selection.name.value);
    }
  }

  function ofSelections({ selections }: SelectionSetNode): Extent {
    const sum = { ...NOTHING };
    for (const selection of selections) {
      const one = ofSelection(selection);
      sum.width += one.width;
      sum.fields += one.fields;
      sum.aliases += one.aliases;
      sum.directives += one.directives + (selection.directives?.length ?? 0);
      sum.depth = Math.max(sum.depth, one.depth);
    }
    return sum;
  }

  return ofSelections;
}

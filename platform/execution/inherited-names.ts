import { BREAK, visit, type DocumentNode } from 'graphql';

/** True for `constructor`, `__proto__` and their like: an object answers to these before anything was written to it. */
export function isInheritedName(name: string): boolean {
  return name in Object.prototype;
}

/** True where a response name of the document is one that objects inherit: compiled code leaves that document to a library. */
export function hasInheritedName(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field({ alias, name }) {
      found ||= isInheritedName((alias ?? name).value);
      return found ? BREAK : undefined;
    },
  });
  return found;
}

import { isMap, isSeq, parseDocument, type Document } from 'yaml';
import { PathwayFile, type NodeFile } from '../../content-files';
import type { ContentPath, Rule } from '../finding';
import { spokenFile } from '../words';
import type { Catch, ContentMutant, Files, MutantKind } from './content-mutant';

export const PATHWAYS = 'pathways/';
export const CATALOGUE = 'dispositions.yaml';
export const SCREEN = 'emergency-screen.yaml';
export const TEXTS = 'texts.yaml';

export type Edit = (document: Document) => void;

export function edited(files: Files, file: string, edit: Edit): Files {
  const document = parseDocument(files.get(file) ?? '');
  edit(document);
  return new Map(files).set(file, document.toString({ lineWidth: 0 }));
}

const copies = new WeakMap<Files, Map<string, Files>>();

/** The pathway alone, and those that it leads on to: the others would be walked for nothing. The same copy each time. */
export function alone(files: Files, pathway: string): Files {
  const known = copies.get(files) ?? new Map<string, Files>();
  copies.set(files, known);
  const copy = known.get(pathway) ?? copyOf(files, pathway);
  known.set(pathway, copy);
  return copy;
}

function copyOf(files: Files, pathway: string): Files {
  const names = new Set([pathway]);
  for (const name of names)
    for (const [, next] of (files.get(name) ?? '').matchAll(/pathway: ([a-z0-9-]+)/g))
      names.add(`${PATHWAYS}${next ?? ''}.yaml`);
  return new Map([...files].filter(([name]) => !name.startsWith(PATHWAYS) || names.has(name)));
}

export interface OptionPlace {
  file: string;
  pathway: PathwayFile;
  key: string;
  node: NodeFile;
  index: number;
  id: string;
  outcome: string | undefined;
  at: ContentPath;
}

const parsedPathways = new WeakMap<Files, [string, PathwayFile][]>();

export function pathwaysIn(files: Files): [string, PathwayFile][] {
  const found = parsedPathways.get(files);
  if (found !== undefined) return found;
  const pathways = parsePathways(files);
  parsedPathways.set(files, pathways);
  return pathways;
}

function parsePathways(files: Files): [string, PathwayFile][] {
  return [...files]
    .filter(([name]) => name.startsWith(PATHWAYS))
    .map(([name, text]) => [name, PathwayFile.parse(parseDocument(text).toJS())]);
}

function optionsIn(files: Files): OptionPlace[] {
  return pathwaysIn(files).flatMap(([file, pathway]) =>
    Object.entries(pathway.questions).flatMap(([key, node]) =>
      node.kind !== 'tickAny' && node.kind !== 'chooseOne'
        ? []
        : node.options.map((option, index) => ({
            ...{ file, pathway, key, node, index, id: option.id, outcome: option.outcome },
            at: ['questions', key, 'options', index],
          })),
    ),
  );
}

export const URGENT = ['ambulance', 'ambulance-sepsis', 'ambulance-anaphylaxis', 'ed-1h'];
export const isUrgent = ({ outcome }: OptionPlace): boolean => URGENT.includes(outcome ?? '');
export const isOwnSign = ({ id }: OptionPlace): boolean => !['no', 'unsure'].includes(id);

/** A mistake in an option of a question. */
export function ofOption(
  kind: string,
  by: Rule | Omit<Catch, 'file'>,
  isMeant: (place: OptionPlace) => boolean,
  edit: (place: OptionPlace) => Edit,
): MutantKind {
  const caughtBy = typeof by === 'object' ? by : by === 20 ? TWO : { rule: by };
  return {
    kind,
    places: (files) =>
      optionsIn(files)
        .filter(isMeant)
        .map((place) => ({
          kind,
          place: `${place.file} ${place.key}.${place.id}`,
          from: () => alone(files, place.file),
          make: () => edited(alone(files, place.file), place.file, edit(place)),
          caughtBy: { file: place.file, ...caughtBy },
        })),
  };
}

/** A mistake in what so many signs together lead to. */
export function ofCount(
  kind: string,
  caughtBy: Omit<Catch, 'file'>,
  edit: (document: Document, at: ContentPath) => void,
): MutantKind {
  return {
    kind,
    places: (files) =>
      pathwaysIn(files).flatMap(([file, { questions }]) =>
        Object.entries(questions).flatMap(([key, node]) =>
          (node.kind === 'tickAny' ? node.counts : []).map((_, index) => ({
            kind,
            place: `${file} ${key}, count ${index}`,
            from: () => alone(files, file),
            make: () =>
              edited(alone(files, file), file, (document) =>
                edit(document, ['questions', key, 'counts', index]),
              ),
            caughtBy: { file, ...caughtBy },
          })),
        ),
      ),
  };
}

/** A mistake in a pathway as a whole. */
export function ofPathway(
  kind: string,
  caughtBy: Omit<Catch, 'file'> & { file?: string },
  edit: (pathway: PathwayFile) => Edit | null,
): MutantKind {
  return {
    kind,
    places: (files) =>
      pathwaysIn(files).flatMap(([file, pathway]) => {
        const change = edit(pathway);
        return change === null
          ? []
          : [
              {
                kind,
                place: file,
                from: () => alone(files, file),
                make: () => edited(alone(files, file), file, change),
                caughtBy: { file, ...caughtBy },
              },
            ];
      }),
  };
}

const SMALLEST = `${PATHWAYS}cough.yaml`;

/** An edit by its place, and the pathway that shows it; by default the smallest. */
export type SharedEdit = [place: string, edit: Edit, pathway?: string];

/** A mistake in a file that all pathways share. */
export function ofShared(
  kind: string,
  file: string,
  caughtBy: Omit<Catch, 'file'>,
  edits: (document: Document) => SharedEdit[],
): MutantKind {
  return {
    kind,
    places: (files) =>
      edits(parseDocument(files.get(file) ?? '')).map(([place, edit, pathway]) => {
        const from = () => alone(files, pathway === undefined ? SMALLEST : fileOf(pathway));
        return {
          kind,
          place: `${file} ${place}`,
          from,
          make: () => edited(from(), file, edit),
          caughtBy: { file, ...caughtBy },
        };
      }),
  };
}

/** A mistake in an option of a pathway that the rules of another file catch: places are what that file says of options. */
export function ofNamedOption(
  kind: string,
  caughtBy: Catch,
  named: (document: Document) => readonly NamedOption[],
  edit: (document: Document, at: ContentPath) => void,
): MutantKind {
  return {
    kind,
    places: (files) => {
      const options = optionsIn(files);
      return named(parseDocument(files.get(caughtBy.file) ?? '')).flatMap(
        ({ pathway, question, option, by }) => {
          const place = options.find(
            ({ file, key, id }) => file === fileOf(pathway) && key === question && id === option,
          );
          if (place?.outcome === undefined) return [];
          return {
            kind,
            place: `${place.file} ${question}.${option}, ${by}`,
            from: () => alone(files, place.file),
            make: () => edited(alone(files, place.file), place.file, (document) => edit(document, place.at)),
            caughtBy,
          };
        },
      );
    },
  };
}

export interface NamedOption {
  pathway: string;
  question: string;
  option: string;
  /** Name of what says so. */
  by: string;
}

export const TWO = { rule: 20, readers: 2 } as const;

export function keysIn(document: Document, path: ContentPath): string[] {
  const map = document.getIn(path);
  return isMap(map) ? map.items.map(({ key }) => String(key)) : [];
}

/** The same edit at a field of each entry of a map that has it. */
export function each(
  path: ContentPath,
  field: ContentPath,
  edit: (document: Document, at: ContentPath) => void,
  isMeant: (value: unknown) => boolean = () => true,
) {
  return (document: Document): [string, Edit][] =>
    keysIn(document, path)
      .map((key) => [key, [...path, key, ...field]] as const)
      .filter(([, at]) => document.hasIn(at) && isMeant(document.getIn(at)))
      .map(([key, at]) => [key, (copy) => edit(copy, at)]);
}

export const set = (value: unknown) => (document: Document, at: ContentPath) => document.setIn(at, value);

/** Puts a question before another: `to` of one answer leads to it. */
export function insertQuestion(document: Document, { key, index }: OptionPlace, question: object): void {
  const at = ['questions', key, 'options', index, 'to'];
  document.setIn(['questions', 'planted'], question);
  document.setIn(at, 'planted');
}

export const yesNo = (text: string, yes: object, no: object, unsure: object) => ({
  kind: 'chooseOne',
  text,
  sources: ['project-judgement'],
  options: [
    { id: 'yes', ...yes },
    { id: 'no', ...no },
    { id: 'unsure', ...unsure },
  ],
});

export const leadsOnAfterNo = (place: OptionPlace): boolean => place.id === 'no' && toOf(place) !== undefined;

export function toOf({ node, index }: OptionPlace): string | undefined {
  return node.kind === 'byAge' ? undefined : node.options[index]?.to;
}

const MAX_OPTIONS = 12;

export function isFull({ node }: OptionPlace): boolean {
  return node.kind !== 'byAge' && node.options.length >= MAX_OPTIONS;
}

/** Returns the question that "none of these" goes on to. */
export function noneTo({ node }: OptionPlace): string | undefined {
  return node.kind === 'tickAny' ? node.none.to : undefined;
}

/** Tells whether "no" may lead elsewhere without leaving a question that nothing leads to. */
export function isOneOfSeveral(place: OptionPlace): boolean {
  const to = toOf(place);
  const text = JSON.stringify(place.pathway.questions);
  return to !== undefined && text.split(`"to":"${to}"`).length > 2;
}

/** Every `to` of one question goes to another. */
export function replaceTargets(document: Document, from: string, to: string): void {
  for (const key of keysIn(document, ['questions'])) {
    const at = ['questions', key];
    for (const exit of [[...at, 'none'], [...at, 'unsure'], ...partsOf(document, at)])
      if (document.getIn([...exit, 'to']) === from) document.setIn([...exit, 'to'], to);
  }
  if (document.get('start') === from) document.set('start', to);
}

function partsOf(document: Document, at: ContentPath): ContentPath[] {
  return ['options', 'bands'].flatMap((part) => {
    const items = document.getIn([...at, part]);
    return isSeq(items) ? items.items.map((_, index) => [...at, part, index]) : [];
  });
}

export function renameQuestion(document: Document, from: string, to: string): void {
  const question = document.getIn(['questions', from], true);
  document.deleteIn(['questions', from]);
  document.setIn(['questions', to], question);
  replaceTargets(document, from, to);
}

/** A pathway without its file; others are there. */
export function gone(kind: string, files: Files, file: string): ContentMutant {
  return {
    kind,
    place: file,
    from: () => alone(files, SMALLEST),
    make: () => new Map([...alone(files, SMALLEST)].filter(([name]) => name !== file)),
    caughtBy: { rule: 20, file: `golden/${idOf(file)}.tsv`, readers: 2 },
  };
}

/** The same pathway under another id, as a new file. */
export function renamedPathway(kind: string, files: Files, file: string): ContentMutant {
  const id = `${idOf(file)}-new`;
  const make = (): Files => {
    const copy = new Map(edited(alone(files, file), file, (document) => document.set('id', id)));
    copy.set(`${PATHWAYS}${id}.yaml`, copy.get(file) ?? '');
    copy.delete(file);
    return copy;
  };
  return {
    kind,
    place: file,
    from: () => alone(files, file),
    make,
    caughtBy: { rule: 20, file: `golden/${idOf(file)}.tsv`, readers: 2 },
  };
}

function idOf(file: string): string {
  return file.slice(PATHWAYS.length, -'.yaml'.length);
}

function fileOf(pathway: string): string {
  return `${PATHWAYS}${pathway}.yaml`;
}

/** Bands that have an upper end and words. */
export function bandsIn(
  kind: string,
  field: 'below' | 'text',
  edit: (document: Document, at: ContentPath) => void,
): MutantKind {
  return {
    kind,
    places: (files) =>
      pathwaysIn(files).flatMap(([file, { questions }]) =>
        Object.entries(questions).flatMap(([key, node]) =>
          (node.kind === 'byAge' ? node.bands : []).flatMap((band, index): ContentMutant[] =>
            band[field] === undefined
              ? []
              : [
                  {
                    kind,
                    place: `${file} ${key}.${index}`,
                    from: () => alone(files, file),
                    make: () =>
                      edited(alone(files, file), file, (document) =>
                        edit(document, ['questions', key, 'bands', index]),
                      ),
                    caughtBy: { rule: 20, file, ...(field === 'text' ? { readers: 2 as const } : {}) },
                  },
                ],
          ),
        ),
      ),
  };
}

export function screenOptions(edit: (document: Document, at: ContentPath) => void) {
  return (document: Document): [string, Edit][] => {
    const at = ['questions', 'screen', 'options'];
    const options = document.getIn(at);
    const count = isSeq(options) ? options.items.length : 0;
    return Array.from({ length: count }, (_, index) => [String(index), (copy) => edit(copy, [...at, index])]);
  };
}

const KNOWN = [CATALOGUE, SCREEN, TEXTS, 'facts.yaml', 'sources.yaml', 'waivers.yaml', 'reviewers.yaml'];

/** Files of any other shape: a few of the texts in each. */
export function otherFiles(kind: string, edit: (document: Document, at: ContentPath) => void): MutantKind {
  return {
    kind,
    places: (files) =>
      [...files.keys()]
        .filter((file) => !file.startsWith(PATHWAYS) && !KNOWN.includes(file))
        .flatMap((file) => {
          const texts = spokenFile(files.get(file) ?? '').words.filter(({ says }) =>
            /[a-z] [a-z]/.test(says),
          );
          return texts
            .filter((_, index) => index % Math.ceil(texts.length / TEXTS_OF_EACH) === 0)
            .map(({ place, path = [] }) => ({
              kind,
              place: `${file} ${place}`,
              from: () => alone(files, SMALLEST),
              make: () => edited(alone(files, SMALLEST), file, (document) => edit(document, path)),
              caughtBy: { rule: 20, file, readers: 2 as const, orBy: 1 },
            }));
        }),
  };
}

const TEXTS_OF_EACH = 5;

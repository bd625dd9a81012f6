import { z } from 'zod';
import { CalendarDate } from '../../domain/london-time';
import { NhsNumber } from '../../domain/nhs-number';
import type { DiaryPatient } from '../simulator/diary-records';
import type { WireReply } from '../simulator/http-listener';
import type { ProviderRequest } from './simulator.provider-request';
import { givenNames } from '../fhir/human-name';
import { fhirJson, jsonOf, outcome, searchset } from './simulator.fhir';

const NHS_NUMBER_SYSTEM = 'https://fhir.nhs.uk/Id/nhs-number';
const PATIENT_PROFILE = 'https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-Patient-1';
const USES = ['home', 'work', 'temp', 'mobile'] as const;

const Registration = z.object({
  resourceType: z.literal('Parameters'),
  parameter: z.tuple([
    z.object({
      name: z.literal('registerPatient'),
      resource: z.object({
        resourceType: z.literal('Patient'),
        meta: z.object({
          profile: z.array(z.string()).refine((profiles) => profiles.includes(PATIENT_PROFILE)),
        }),
        identifier: z.tuple([z.object({ system: z.literal(NHS_NUMBER_SYSTEM), value: z.string() })]),
        name: z.tuple([
          z.object({
            use: z.literal('official'),
            family: z.string().min(1),
            given: z.array(z.string().min(1)).min(1).optional(),
          }),
        ]),
        telecom: z
          .array(z.object({ system: z.string(), value: z.string().min(1), use: z.enum(USES).optional() }))
          .optional(),
        birthDate: CalendarDate,
      }),
    }),
  ]),
});

/** `GET /Patient?identifier=`: an empty Bundle for whom the practice does not know, or does not show. */
export function findPatient({ diary, practice, request: { query } }: ProviderRequest): WireReply {
  const [system, value] = (query.get('identifier') ?? '').split('|');
  if (system !== NHS_NUMBER_SYSTEM)
    return outcome(400, 'INVALID_IDENTIFIER_SYSTEM', 'Identify by NHS number');
  const nhsNumber = NhsNumber.safeParse(value);
  if (!nhsNumber.success) return outcome(400, 'INVALID_NHS_NUMBER', 'Not an NHS number');
  const patient = diary.patient(practice, nhsNumber.data);
  return searchset(patient && !patient.sensitive ? [patientResource(patient)] : []);
}

/** Temporary registration. The simulated national register traces the 999 range, and nobody else. */
export function registerPatient({ diary, practice, request: { body } }: ProviderRequest): WireReply {
  const parsed = Registration.safeParse(jsonOf(body));
  if (!parsed.success) return outcome(422, 'INVALID_RESOURCE', 'Not a registration');
  const { identifier, name, birthDate, telecom = [] } = parsed.data.parameter[0].resource;
  const nhsNumber = NhsNumber.safeParse(identifier[0].value);
  if (!nhsNumber.success) return outcome(400, 'INVALID_NHS_NUMBER', 'Not an NHS number');
  const known = diary.patient(practice, nhsNumber.data);
  if (known?.sensitive === true || !nhsNumber.data.startsWith('999'))
    return outcome(400, 'INVALID_PATIENT_DEMOGRAPHICS', 'Not traced');
  if (known) return outcome(409, 'DUPLICATE_REJECTED', 'Already active here', 'duplicate');
  const person = {
    nhsNumber: nhsNumber.data,
    familyName: name[0].family,
    givenName: (name[0].given ?? []).join(' '),
    birthDate,
    phone: telecom.find(({ system }) => system === 'phone')?.value,
  };
  return searchset([patientResource(diary.registerPatient(practice, person, 'TEMPORARY'))]);
}

/** `GET /Patient/{id}`; who is not shown in a search is not shown here. */
export function readPatient({ diary, practice, id }: ProviderRequest): WireReply {
  const patient = diary.patientById(practice, id);
  return patient && !patient.sensitive
    ? fhirJson(200, patientResource(patient), { etag: 'W/"1"' })
    : outcome(404, 'PATIENT_NOT_FOUND', 'No such patient here');
}

function patientResource(patient: DiaryPatient): object {
  const given = givenNames(patient.givenName);
  return {
    resourceType: 'Patient',
    id: patient.id,
    meta: {
      versionId: '1',
      profile: [PATIENT_PROFILE],
    },
    identifier: [{ system: NHS_NUMBER_SYSTEM, value: patient.nhsNumber }],
    active: true,
    name: [{ use: 'official', family: patient.familyName, ...(given.length > 0 && { given }) }],
    ...(patient.phone !== undefined && { telecom: [{ system: 'phone', value: patient.phone, use: 'temp' }] }),
    birthDate: patient.birthDate,
  };
}

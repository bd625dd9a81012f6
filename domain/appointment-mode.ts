/** Mode of consultation. FHIR and the suppliers call it delivery channel or slot type status. */
export const APPOINTMENT_MODES = ['IN_PERSON', 'TELEPHONE', 'VIDEO'] as const;
export type AppointmentMode = (typeof APPOINTMENT_MODES)[number];

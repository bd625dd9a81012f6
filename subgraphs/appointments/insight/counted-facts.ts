import { z } from 'zod';
import type { placesOf } from '../../../domain/insight/areas';
import { NOT_KNOWN } from '../../../domain/insight/bands';
import { hourValue, MODE_WORDS, WEEKDAYS } from '../../../domain/insight/dimensions';
import { weekdayOf } from '../../../domain/insight/periods';
import {
  cancelReasonWords,
  elsewhereWords,
  notOfferedWords,
  ownAnswerWords,
  supplierOutcomeWords,
} from '../../../domain/insight/words';
import type { TopicFact } from '../../../platform/insight/cube-store';
import type {
  BookingFactTable,
  HoldFactTable,
  NeedFact,
  SearchFactTable,
  SlotSeenTable,
} from '../database/tables';

/** Rows of facts as cubes count them. */

type Places = ReturnType<typeof placesOf>;
type Placed = (practice: string | null) => Places;

const Texts = z.array(z.string());
const Suppliers = z.array(z.object({ supplier: z.string(), outcome: z.string() }));

function timeOf({ day, hour }: Pick<NeedFact, 'day' | 'hour'>) {
  return { HOUR: hourValue(hour), WEEKDAY: WEEKDAYS[weekdayOf(day)] ?? '' };
}

function needOf(row: NeedFact, placed: Placed) {
  return {
    ...timeOf(row),
    PATHWAY: row.pathway ?? NOT_KNOWN,
    AGE_BAND: row.age_band,
    SEX: row.sex ?? NOT_KNOWN,
    DEPRIVATION: row.deprivation,
    DISPOSITION: row.disposition,
    ...placed(row.practice),
    OUTWARD_CODE: row.outcode ?? NOT_KNOWN,
  };
}

/** A search counts once, once for each reason for which practices were left out, and once for each supplier. */
export function searchFacts(row: SearchFactTable, placed: Placed): TopicFact[] {
  const need = needOf(row, placed);
  const key = row.cell_key;
  const found = row.found;
  const places = placed(row.practice);
  return [
    {
      topic: 'search',
      key,
      values: { ...need, OWN_PRACTICE_ANSWER: ownAnswerWords(row.own_answer) },
      counts: [true, found === 'OWN', found === 'ELSEWHERE', found === 'NOTHING'],
    },
    ...Texts.parse(JSON.parse(row.not_offered)).map((reason): TopicFact => ({
      topic: 'reason',
      key,
      values: { ...need, NOT_OFFERED_REASON: notOfferedWords(reason) },
      counts: [true],
    })),
    ...Suppliers.parse(JSON.parse(row.suppliers)).map(({ supplier, outcome }): TopicFact => ({
      topic: 'supplier',
      key,
      values: {
        ...timeOf(row),
        ...places,
        SUPPLIER: supplier,
        SUPPLIER_OUTCOME: supplierOutcomeWords(outcome),
      },
      counts: [true, outcome !== 'ANSWERED'],
    })),
  ];
}

export function holdFacts(row: HoldFactTable, placed: Placed): TopicFact {
  return {
    topic: 'hold',
    key: row.cell_key,
    values: {
      ...needOf(row, placed),
      ELSEWHERE_REASON: elsewhereWords(row.elsewhere_reason),
      MODE: MODE_WORDS[row.mode],
      SUPPLIER: row.supplier,
    },
    // Its day has closed, so one that is neither booked nor let go has run out.
    counts: [true, row.result === 'BOOKED', row.result === 'RELEASED', row.result === 'KEPT'],
  };
}

export function bookingFacts(row: BookingFactTable, placed: Placed): TopicFact {
  const values = {
    ...needOf(row, placed),
    OWN_PRACTICE_ANSWER: ownAnswerWords(row.own_answer ?? 'NO_OWN_PRACTICE_KNOWN'),
    ELSEWHERE_REASON: elsewhereWords(row.elsewhere_reason),
    DISTANCE: row.distance,
    LEAD_STEP: row.lead_step,
    MODE: MODE_WORDS[row.mode],
    SUPPLIER: row.supplier,
  };
  const key = row.cell_key;
  switch (row.event) {
    case 'BOOKED': {
      const isOwn = row.elsewhere_reason === null;
      return { topic: 'booked', key, values, counts: [true, isOwn, !isOwn, false] };
    }
    case 'REBOOKED':
      return { topic: 'booked', key, values, counts: [false, false, false, true] };
    case 'FAILED':
      return { topic: 'failed', key, values, counts: [true] };
    case 'CANCELLED':
      return {
        topic: 'cancelled',
        key,
        values: { ...values, CANCEL_REASON: cancelReasonWords(row.cancel_reason ?? 'NOT_KNOWN') },
        counts: [true],
      };
  }
}

export function slotFacts(row: SlotSeenTable, isUsed: boolean, places: Places): TopicFact {
  return {
    topic: 'slot',
    key: row.cell_key,
    values: { ...timeOf(row), MODE: MODE_WORDS[row.mode], SUPPLIER: row.supplier, ...places },
    counts: [true, isUsed],
  };
}

import { admission } from './admission';

const inTime = () => false;

it('lets in so many at once, and others when some have left', () => {
  const door = admission(2, inTime);
  const leave = door.enter('one');
  expect(door.enter('another')).not.toBeNull();
  expect(door.enter('a third')).toBeNull();
  expect(door.underWay()).toBe(2);
  leave?.();
  expect(door.enter('a third')).not.toBeNull();
});

it('leaves a quarter to others, however much one asks for', () => {
  const door = admission(32, inTime);
  const ofOne = Array.from({ length: 40 }, () => door.enter('one')).filter((leave) => leave !== null);
  expect(ofOne).toHaveLength(24);
  const ofOthers = Array.from({ length: 10 }, (_, other) => door.enter(`other ${other}`));
  expect(ofOthers.filter((leave) => leave !== null)).toHaveLength(8);
  for (const leave of ofOne) leave();
  expect(door.enter('one')).not.toBeNull();
});

it('lets in only a few while what is inside is late already', () => {
  let isLate = true;
  const door = admission(32, () => isLate);
  const entered = Array.from({ length: 10 }, (_, payer) => door.enter(String(payer)));
  expect(entered.filter((leave) => leave !== null)).toHaveLength(4);
  isLate = false;
  expect(door.enter('one')).not.toBeNull();
  expect(door.underWay()).toBe(5);
});

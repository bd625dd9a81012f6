import { admission } from './admission';

const inTime = () => false;

it('lets in so many at once, and others when some have left', () => {
  const door = admission(2, inTime);
  const leave = door.enter();
  expect(door.enter()).not.toBeNull();
  expect(door.enter()).toBeNull();
  expect(door.underWay()).toBe(2);
  leave?.();
  expect(door.enter()).not.toBeNull();
});

it('lets in only a few while what is inside is late already', () => {
  let isLate = true;
  const door = admission(32, () => isLate);
  const entered = Array.from({ length: 10 }, () => door.enter());
  expect(entered.filter((leave) => leave !== null)).toHaveLength(4);
  isLate = false;
  expect(door.enter()).not.toBeNull();
  expect(door.underWay()).toBe(5);
});

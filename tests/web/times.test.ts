import { supplierIds } from '../../adapters/registry';
import { eventually } from '../../domain/eventually';
import { describeInBrowser, HANGS_AFTER_MS } from './site-browser';
import { startWebsite, type Website } from './website';

jest.setTimeout(2 * HANGS_AFTER_MS);

describeInBrowser('appointment times on the website', () => {
  let site: Website;
  beforeAll(async () => {
    site = await startWebsite();
  });
  // Times to choose from are some hours ahead, so that what is booked can be changed online.
  beforeEach(async () => {
    await site.desk('free');
    await site.desk('take', 3);
  });
  afterEach(() => site.afterEach());
  afterAll(() => site.close());

  it('are filtered by how and when, asked for at more practices, and have links to a map', async () => {
    const { people } = site;
    const ada = await site.visitor();
    const { page } = ada;
    await ada.checksEarache('CHILD', people.ada.birthDate);
    await ada.findsTimes('parent-of-two');
    await ada.sees('Who is the appointment for?');
    await page.getByLabel('Ada').check();
    await ada.press('Continue');
    await ada.sees('Choose an appointment time');
    expect(await page.getByText('For Ada.').count()).toBe(1);
    const all = await page.locator('input[name=slot]').count();

    await page.getByText('Choose how, the time of day, and access needs').click();
    await page.getByLabel('Phone call').check();
    await ada.press('Show these times');
    await page.getByText('You see part of the times.').waitFor();
    const hints = await page.locator('form[action="/keep"] .nhsuk-radios__hint').allTextContents();
    expect(hints.length).toBeGreaterThan(0);
    expect(hints.filter((hint) => !hint.includes('Phone call'))).toEqual([]);
    await ada.sees('Choose an appointment time');
    // No practice releases video calls: what was chosen is said to be missing, and not that there is nothing in time.
    await page.getByLabel('Video call').check();
    await ada.press('Show these times');
    await ada.sees('There are no appointments of the kind you chose');
    await page.getByText(/has no appointments of the kind you chose\.$/).waitFor();
    expect(await page.getByText(/Tell them|None has a free time/).count()).toBe(0);
    await ada.press('Show all times');
    await page.getByText('You see part of the times.').waitFor({ state: 'detached' });
    await ada.heading('Choose an appointment time');
    expect(await page.locator('input[name=slot]').count()).toBe(all);

    await ada.press('None of these suit: look at other practices');
    await page.getByRole('button', { name: 'Show more practices' }).waitFor();
    const practices = () => page.locator('form[action="/keep"] fieldset').count();
    const few = await practices();
    expect(few).toBeGreaterThan(1);
    await ada.sees('Choose an appointment time');
    await ada.press('Show more practices');
    await eventually('more practices', async () => (await practices()) > few);
    const map = page.getByRole('link', { name: /^Map and directions/ }).first();
    expect(await map.getAttribute('href')).toMatch(
      /^https:\/\/www\.openstreetmap\.org\/\?mlat=5\d\.\d+&mlon=-?\d/,
    );
  });

  it('are filtered by access needs, which no practice knows unless the person writes them', async () => {
    const { people } = site;
    const grace = await site.visitor();
    const { page } = grace;
    const shows = async () => {
      const loaded = page.waitForEvent('load');
      await grace.press('Show these times');
      await loaded;
    };
    await grace.checksEarache('SELF', people.grace.birthDate);
    await grace.findsTimes('parent-of-two');
    await grace.heading('Choose an appointment time');
    await page.getByText('Choose how, the time of day, and access needs').click();
    await page.getByLabel('A hearing loop').check();
    await shows();
    // The own practice is known to have none; others are shown that have one.
    await page
      .getByText(/ is known not to have what you need\. Phone them: they may be able to help\.$/)
      .waitFor();
    await grace.sees('Choose an appointment time');
    await page.getByLabel('A hearing loop').uncheck();
    await page.getByLabel('A British Sign Language (BSL) interpreter').check();
    await shows();
    await page.getByText(/ may have what you need, but we do not know\. Phone them to ask\.$/).waitFor();
    // A need that matters at the door is none for a time that is spent at home.
    await page.getByLabel('A British Sign Language (BSL) interpreter').uncheck();
    await page.getByLabel('A hearing loop').check();
    await page.getByLabel('Phone call').check();
    await shows();
    await page.getByText('This is your own GP practice.').waitFor();
    await page.getByLabel('Any way').check();
    await page.getByLabel('A hearing loop').uncheck();
    await page.getByLabel('Step-free access').check();
    await page.getByLabel('An interpreter for another language').check();
    await shows();
    await page.getByText('This is your own GP practice.').waitFor();
    await grace.choosesTime();
    await grace.heading('How can the practice contact you?');
    expect(await page.locator('#reason').inputValue()).toBe(
      'The patient needs step-free access and an interpreter for another language.',
    );
    await grace.sees('How can the practice contact you?');
  });

  it('are kept for five minutes, once longer, and can be asked for again when that has run out', async () => {
    const { people } = site;
    const noor = await site.visitor();
    const { page } = noor;
    await noor.checksEarache('SELF', people.noor.birthDate);
    await noor.findsTimes('other-patient');
    await noor.heading('Choose an appointment time');
    await noor.press('Continue');
    await noor.sees('There is a problem');
    expect(await page.locator('.nhsuk-error-summary a').innerText()).toBe('Select a time');
    expect(await page.locator('.nhsuk-error-summary a').getAttribute('href')).toBe('#slot');
    await noor.choosesTime();
    await noor.heading('How can the practice contact you?');
    await page.getByText('About 5 minutes are left.').waitFor();
    await noor.sees('How can the practice contact you?');
    await noor.press('Keep it for longer');
    await page.getByText('About 10 minutes are left.').waitFor();
    expect(await page.getByRole('button', { name: 'Keep it for longer' }).count()).toBe(0);

    // The page says by itself that the time has run out, and loses nothing.
    await page.clock.install();
    await page.reload();
    await page.locator('#phone').fill('01632 960123');
    await page.clock.runFor(11 * 60_000);
    await page.getByText('Go on, and we try to keep it again.').waitFor();
    expect(await page.locator('#phone').inputValue()).toBe('01632 960123');
    await site.clock(11);
    await noor.press('Continue');
    await noor.sees('We are no longer keeping this time for you');
    await noor.press('Try to keep this time again');
    // Its offer is no longer good either: the times are shown anew.
    await noor.sees('This list of times is out of date');
    await page.getByRole('link', { name: 'See other appointment times' }).click();
    await noor.heading('Choose an appointment time');
    await noor.choosesTime();
    await noor.heading('How can the practice contact you?');
    await site.clock(6);
    await noor.press('Continue');
    await noor.heading('We are no longer keeping this time for you');
    await noor.press('Try to keep this time again');
    await noor.sees('Check the details before you book');
  });

  it('are changed: the new one is booked, and the old one given back', async () => {
    const { people } = site;
    const ruth = await site.visitor();
    const { page } = ruth;
    await ruth.checksEarache('SELF', people.ruth.birthDate);
    await ruth.findsTimes('patient');
    await ruth.heading('Choose an appointment time');
    await ruth.choosesTime('last');
    await ruth.books();
    await ruth.heading('Appointment booked');
    const before = await page.locator('.nhsuk-panel strong').textContent();

    await page.getByRole('link', { name: 'your appointments', exact: true }).first().click();
    await page
      .getByRole('button', { name: /^See this appointment/ })
      .first()
      .click();
    await ruth.sees('Your appointment');
    await ruth.press('Change the time');
    await ruth.sees('Choose a new time');
    await page.getByText(/^You have .* You keep it until you have chosen another time\.$/).waitFor();
    await ruth.choosesTime('first');
    await ruth.sees('Check the new time');
    if ((await page.locator('#phone').count()) > 0) await page.locator('#phone').fill('01632 960123');
    await ruth.press('Change to this time');
    await ruth.sees('Appointment booked');
    expect(await page.locator('.nhsuk-panel strong').textContent()).not.toBe(before);
    await eventually('one appointment in the diary', async () => {
      const diary = await site.simulator.appointmentsOf(people.ruth);
      return diary.length === 2 && diary.filter(({ status }) => status === 'BOOKED').length === 1;
    });

    // A second check of the same complaint: asked, and both are kept.
    await ruth.checksEarache('SELF', people.ruth.birthDate);
    await ruth.findsTimes('patient');
    await ruth.heading('Choose an appointment time');
    await ruth.choosesTime('last');
    await ruth.sees('There is already an appointment for this');
    await ruth.press('I need both: continue');
    await ruth.sees('How can the practice contact you?');
  });

  it('that have gone meanwhile lead to others', async () => {
    const { people } = site;
    const peter = await site.visitor();
    const { page } = peter;
    await peter.checksEarache('SELF', people.peter.birthDate);
    await peter.findsTimes('parent-of-twins');
    await peter.heading('Choose an appointment time');
    await page.locator('input[name=slot]').first().check();
    await site.desk('take', 4);
    await peter.press('Continue');
    await peter.sees('This time has gone');
    expect(await page.getByRole('link', { name: 'See all appointment times' }).count()).toBe(1);
    await peter.choosesTime();
    await peter.heading('How can the practice contact you?');

    // The practice closes its book while the time is kept.
    await site.api(
      'CloseBook',
      { input: { odsCode: 'Z90001', reason: 'staff are ill', to: 'EVERYBODY' } },
      'practice',
    );
    await peter.givesPhone();
    await peter.press('Book this appointment');
    await peter.sees('This practice has stopped taking online bookings');
    await page.getByRole('link', { name: 'See other appointment times' }).click();
    await peter.sees('Choose an appointment time');
    await page.getByText('does not take online bookings for this at the moment.').waitFor();
    await site.api('ReopenBook', { input: { odsCode: 'Z90001' } }, 'practice');
  });

  it('of which there are none in time lead to the practice and to 111, with what to say', async () => {
    const { people } = site;
    // Everybody near is down but the own practice, which has given all away.
    await site.turn('down', 'tpp', 'gp-connect', 'bars', 'meridian');
    await site.desk('take', 24);
    const owen = await site.visitor();
    const { page } = owen;
    await owen.checksEarache('SELF', people.owen.birthDate);
    await owen.findsTimes('other-parent');
    await owen.sees('There are no appointments in time');
    await page.getByText(/has no appointments in the time you need\./).waitFor();
    await page.getByText(/Tell them: “I checked symptoms online\. The result was: .+/).waitFor();
    // The own practice's system is down as well.
    await site.turn('down', 'emis');
    await page.getByRole('link', { name: 'Look again' }).click();
    await page.getByText(/could not be reached\. You can phone them\./).waitFor();
    await owen.sees('There are no appointments in time');
    await site.turn('up', ...supplierIds);
  });

  it('that a supplier cannot keep are said to be so, and nothing is booked', async () => {
    const { people } = site;
    const una = await site.visitor();
    await una.checksEarache('SELF', people.una.birthDate);
    await una.findsTimes('unregistered');
    await una.heading('Choose an appointment time');
    await una.choosesTime();
    await una.heading('How can the practice contact you?');
    await una.givesPhone();
    await site.turn('down', ...supplierIds);
    await una.press('Book this appointment');
    await una.sees('The practice cannot be reached at the moment');
    expect(await site.simulator.appointmentsOf(people.una)).toEqual([]);
    await site.turn('up', ...supplierIds);
  });
});

import type { first_run as ru_first_run } from '../ru/first_run';
import { plural, type Forms } from '../plural';

const n = (count: number, forms: Forms) => plural('en', count, forms);

export const first_run: typeof ru_first_run = {
  title: 'First set-up',
  steps_label: 'Steps of the set-up',
  step_of: (step, of) => `Step ${step} of ${of}`,
  done_mark: 'done',
  next: 'Next',
  back: 'Back',
  skip_test: 'Test it later',
  later: 'You can close the window and go on later: what you entered is kept.',
  step: {
    language: 'Language',
    yclients: 'YClients',
    branches: 'Branches',
    whatsapp: 'WhatsApp',
    message: 'Message',
    test: 'Test',
    done: 'Done',
  },
  language: {
    title: 'Welcome',
    means:
      'Booking Monitor notices new bookings in YClients and confirms them to clients on WhatsApp. Setting it up takes about ten minutes.',
    pick: 'Which language do you prefer?',
  },
  yclients: {
    title: 'Where bookings come from',
    means:
      "To see new bookings the program needs two keys of YClients: a developer's and a staff member's. It only reads the journal and changes nothing in it.",
    need: 'Both are needed to go on.',
  },
  branches: {
    title: 'Which bookings to write about',
    means:
      'Tick the branches and, if a bot makes bookings, show which user it is. The program does not write about bookings of the bot or made online: clients made those themselves.',
    need: 'Tick at least one branch to go on.',
  },
  whatsapp: {
    title: 'Which number to write from',
    means:
      "Messages leave from the shop's number through GREEN-API. Make an instance at console.green-api.com, enter it here and link the phone.",
    need: 'Link the phone to go on.',
  },
  message: {
    title: 'What the client sees, and when',
    means:
      'Each message first waits in the queue, so that you can edit or cancel it. All of this can be changed later in the settings.',
  },
  test: {
    title: 'A test on your own phone',
    means: 'Send a message to yourself to see that all is connected. Nothing goes to clients yet.',
  },
  done: {
    title: 'All is ready',
    counting: 'Reading which bookings are there already…',
    baseline: (count) =>
      n(count, {
        one: '# booking is there already: nobody will be written to about it.',
        other: '# bookings are there already: nobody will be written to about them.',
      }),
    baseline_none: 'There are no bookings yet: the first new one will be written about.',
    now: 'The program is working. What happens next:',
    next_new: 'Somebody writes a booking into YClients, and within a minute its message is in the queue.',
    next_wait: (delay) => `It waits ${delay}: you can edit, hold or cancel it. Then it goes out by itself.`,
    next_at_once: 'It goes out at once.',
    next_manual: 'It waits for your word: nothing goes out by itself.',
    next_tray: 'You can close the window: the program stays in the tray and goes on working.',
    open: 'To the queue',
  },
};

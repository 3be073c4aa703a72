import { mount } from 'svelte';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import App from './App.svelte';
import { open_backend } from '$lib/backend';
import { app, as_failure } from '$lib/state/app.svelte';

/** Nothing waits longer for letters: without them the system's own are drawn. */
const PATIENCE_MS = 300;

// What is drawn before Inter is there is looked for among all fonts of the system, for every size and
// weight, and drawn a second time. It comes from the program itself, while the queue is read.
const letters = Promise.race([
  document.fonts.load("1em 'Inter'", 'Aя'),
  new Promise((resolve) => setTimeout(resolve, PATIENCE_MS)),
]);

const desk = open_backend()
  .then((backend) => app.open(backend))
  .catch((error: unknown) => {
    console.error(error);
    app.program = null;
    app.failure = as_failure(error);
  });

await Promise.allSettled([desk, letters]);
const target = document.getElementById('app');
if (target) mount(App, { target });

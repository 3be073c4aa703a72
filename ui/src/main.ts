import { mount } from 'svelte';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import App from './App.svelte';
import { open_backend } from '$lib/backend';
import { app } from '$lib/state/app.svelte';

await app.open(await open_backend());
const target = document.getElementById('app');
if (target) mount(App, { target });

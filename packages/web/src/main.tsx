import { render } from 'preact';
import { App } from './app.tsx';
import { locale } from './words/words.ts';
import './style.css';

document.documentElement.lang = locale;
render(<App />, document.getElementById('app') as HTMLElement);

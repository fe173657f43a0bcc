import { render } from 'preact';
import { App } from './app.tsx';
import { locale } from './i18n/messages.ts';
import './styles/base.css';
import './styles/fields.css';
import './styles/buttons.css';
import './styles/content.css';
import './styles/status.css';

document.documentElement.lang = locale;
render(<App />, document.getElementById('app') as HTMLElement);

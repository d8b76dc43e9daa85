import { openRuntimeBed } from '../support/runtimeBed.ts';
import { describeRuntime } from './describeRuntime.ts';

describeRuntime('devcontainer', openRuntimeBed);

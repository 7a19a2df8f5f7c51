#!/usr/bin/env node
// The same program under the name by which kubectl finds it: `kubectl flashback doctor`, `kubectl flashback explain ...`.
import './flashback.js';

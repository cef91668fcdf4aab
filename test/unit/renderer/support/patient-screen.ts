// Tests of the renderer wait as long as all others for what comes, and not for the one second that the library gives.
import { configure } from '@testing-library/react';

configure({ asyncUtilTimeout: 25_000 });

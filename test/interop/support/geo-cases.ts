// Places on the earth: what is refused, and a distance that is stored to its last bit.
import type { Step } from '../commands-differential.test.ts';

const sicily = 'GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania';

export const geoCases: Readonly<Record<string, readonly Step[]>> = {
  'a distance that is stored': [
    sicily,
    'GEORADIUS g 15 37 200 km STOREDIST d',
    'ZRANGE d 0 -1 WITHSCORES',
    'GEORADIUSBYMEMBER g Palermo 200 km STORE e',
    'ZRANGE e 0 -1 WITHSCORES',
    'GEOSEARCHSTORE f g FROMLONLAT 15 37 BYBOX 400 400 km STOREDIST',
    'ZRANGE f 0 -1 WITHSCORES',
    'GEOSEARCHSTORE f none FROMLONLAT 15 37 BYBOX 400 400 km',
    'EXISTS f',
  ],
  'what is no search': [
    sicily,
    'GEOADD g 200 0 x',
    'GEOADD g NX XX 1 1 x',
    'GEOADD g CH 1 1 x 2',
    'GEOADD g NX XX CH',
    'GEORADIUS g 1 1 1 yd',
    'GEORADIUS g 1 1 1 m COUNT',
    'GEORADIUS g 1 1 1 m BYRADIUS 1 m',
    'GEORADIUS_RO g 1 1 1 m STORE d',
    'GEORADIUSBYMEMBER g nobody 1 m',
    'GEORADIUSBYMEMBER none nobody 1 m junk',
    'GEORADIUSBYMEMBER_RO none nobody 1 m',
    'GEOSEARCH g FROMMEMBER Palermo FROMLONLAT 1 1 BYRADIUS 1 m',
    'GEOSEARCH g FROMMEMBER Palermo ASC WITHDIST ANY',
    'GEOSEARCH g BYRADIUS 1 m ASC WITHDIST ANY',
    'GEOSEARCH g FROMLONLAT 1 1 BYRADIUS 1 m ANY',
    'GEOSEARCHSTORE d g FROMLONLAT 1 1 BYRADIUS 1 m WITHDIST',
    'GEODIST g Palermo Catania m more',
    'GEOPOS g Palermo nobody',
    'GEOHASH g Palermo nobody',
    'GEOPOS none',
  ],
};

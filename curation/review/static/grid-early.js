// Asks what is listed as soon as that can be said, while the other modules of the grid are on their way.

import { asked, restore } from "./grid-filters.js";
import { askEarly } from "./grid-list.js";

restore(location.search);
askEarly(asked());

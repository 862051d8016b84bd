// The page's scripts, in the order that they begin to listen.
import { ask, resume } from "./conversation.js";
import { listen } from "./box.js";
import { show } from "./scope.js";
import "./clipboard.js";
import "./editing.js";
import "./inspected.js";
import "./feedback.js";
import "./top.js";
import "./source.js";
import "./walking.js";
import "./visiting.js";
import "./finding.js";
import "./card.js";
import "./articles.js";
import "./rail.js";
import "./conversations.js";
import "./timeline.js";
import "./names.js";
import "./pins.js";
import "./selecting.js";
import "./notebook.js";
import "./adding.js";
import "./describing.js";
import "./pages.js";

listen(ask);
show();
resume();

/** The import pages: the list, or one import by its number in the page. */
import { required } from "./dom";
import { JobPage } from "./import/job_page";
import { showList } from "./import/list_page";
import { watchConnection } from "./shell/messages";

const root = required("#import");
const number = Number(root.dataset["import"]);
if (number > 0) new JobPage(number, root);
else showList(root);
watchConnection();

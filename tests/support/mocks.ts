export { record, Recorded, type Registered } from "../../rehearsal/offline/record";

export { answered, ask, carryToken, csrfHeader, desk, onSessionEnd, type Shape } from "./client";
export { asProblem, faultOf, noAnswer, type Problem } from "./problem";
export { handOver } from "./hand-over";
export { safeName, sendFile, type Sent } from "./upload";

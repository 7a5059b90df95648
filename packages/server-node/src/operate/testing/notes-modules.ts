// What an app's own file is to the command: the modules of its hub.
import { notesModule } from "../../hub/testing/notes-module.ts";

export const modules = [notesModule()];

/** The command line: one file a command, options that several share as mixins, output only through the command's writer. */
package dev.needzero.cli;

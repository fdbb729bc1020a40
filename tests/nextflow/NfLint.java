// SPDX-License-Identifier: Apache-2.0
// Strict-syntax check of Nextflow scripts and configs with the parser library of Nextflow 25.04.
// Prints "level:file:line:column: message"; exit status 1 if there is any error.
// Run:  java -cp "$NXF_LIB/*" NfLint.java [-w] FILE|FOLDER...      (-w: print paranoid warnings and known false alarms too)
import java.io.IOException;
import java.nio.file.*;
import java.util.*;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import nextflow.config.control.ConfigParser;
import nextflow.script.control.*;
import org.codehaus.groovy.control.ErrorCollector;
import org.codehaus.groovy.control.SourceUnit;
import org.codehaus.groovy.control.messages.*;

public class NfLint {
    // nf-lang 25.04.0 rejects process variables in config closures, later releases accept them
    private static final Pattern FALSE_ALARM = Pattern.compile("`(task|meta\\d*)` is not defined");

    record Finding(String file, int line, int col, String level, String text) {
        @Override public String toString() {
            return "%s:%s:%d:%d: %s".formatted(level, file, line, col, text);
        }
    }

    public static void main(String[] argv) throws IOException {
        boolean all = false;
        var files = new TreeSet<Path>();
        for (var a : argv) {
            if (a.equals("-w")) { all = true; continue; }
            var root = Path.of(a);
            try (Stream<Path> s = Files.walk(root)) {
                s.filter(Files::isRegularFile)
                 .filter(p -> p.toString().endsWith(".nf") || p.toString().endsWith(".config"))
                 .filter(p -> !p.getFileName().toString().equals("nf-test.config"))   // not Nextflow's own
                 .filter(p -> {   // leave out what runs left below the folder
                     String inside = "/" + root.relativize(p);
                     return !inside.contains("/.nextflow/") && !inside.contains("/work/");
                 })
                 .forEach(files::add);
            }
        }
        var scripts = new ScriptParser();
        var configs = new ConfigParser();
        for (var f : files) {
            if (f.toString().endsWith(".nf")) scripts.parse(f.toFile());
            else configs.parse(f.toFile());
        }
        scripts.analyze();
        configs.analyze();

        var found = new ArrayList<Finding>();
        collect(scripts.compiler(), all, found);
        collect(configs.compiler(), all, found);
        found.sort(Comparator.comparing(Finding::file).thenComparing(Finding::line).thenComparing(Finding::col));
        found.forEach(System.out::println);
        long errors = found.stream().filter(f -> f.level().equals("error")).count();
        System.out.printf("%d file(s), %d error(s), %d warning(s)%n", files.size(), errors, found.size() - errors);
        System.exit(errors > 0 ? 1 : 0);
    }

    private static void collect(nextflow.script.control.Compiler c, boolean all, List<Finding> out) {
        for (SourceUnit unit : c.getSources().values()) {
            ErrorCollector ec = unit.getErrorCollector();
            // both getters return null, not an empty list, when nothing was reported
            for (Object m : Objects.requireNonNullElse(ec.getErrors(), List.of())) {
                if (m instanceof SyntaxErrorMessage s) {
                    var e = s.getCause();
                    boolean known = unit.getName().endsWith(".config") && FALSE_ALARM.matcher(e.getOriginalMessage()).matches();
                    if (known && !all) continue;
                    out.add(new Finding(unit.getName(), e.getStartLine(), e.getStartColumn(),
                            known ? "note" : "error", e.getOriginalMessage()));
                } else {
                    String text = m instanceof ExceptionMessage x ? String.valueOf(x.getCause()) : String.valueOf(m);
                    out.add(new Finding(unit.getName(), 0, 0, "error", text));
                }
            }
            for (WarningMessage w : Objects.requireNonNullElse(ec.getWarnings(), List.<WarningMessage>of())) {
                boolean paranoid = w instanceof ParanoidWarning;
                if (paranoid && !all) continue;
                var at = w.getContext();
                out.add(new Finding(unit.getName(), at.getStartLine(), at.getStartColumn(),
                        paranoid ? "note" : "warning", w.getMessage()));
            }
        }
    }
}

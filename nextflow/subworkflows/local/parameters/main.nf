// SPDX-License-Identifier: Apache-2.0
// Parameters against nextflow_schema.json, without a plugin. What is wrong is said in one sentence, before anything runs or is paid.

def plainOf(name) {
    return name.toLowerCase().replaceAll('[-_]', '')
}

// What was typed is an error; what a site's configuration or a params file has more is told (once: Nextflow adds a camelCase twin to a-b).
def checkName(name, known) {
    def typed = workflow.commandLine.tokenize(' =').find { word -> word.startsWith('--') && plainOf(word) == plainOf(name) }
    def meant = known.find { one -> plainOf(one) == plainOf(name) }
    if (typed) {
        error("there is no parameter ${typed}: ${meant ? "write --${meant}" : "there are --${known.join(', --')}"}")
    }
    log.warn("the parameter '${name}' does nothing here${meant ? ": write '${meant}'" : ''}")
}

// What such a value should be, or nothing where it is.
def faultOf(value, rule) {
    if (rule.type == 'boolean') {
        return value instanceof Boolean ? null : 'neither true nor false'
    }
    if (rule.type == 'integer') {
        return "${value}" ==~ /[0-9]{1,9}/ && "${value}".toInteger() >= rule.minimum ? null : "no whole number from ${rule.minimum} on"
    }
    if (value instanceof Boolean) {
        return 'no value'
    }
    if (rule.type == 'number') {
        return "${value}".isNumber() && "${value}".toDouble() >= rule.minimum && "${value}".toDouble() <= rule.maximum ? null
            : "no number from ${rule.minimum} to ${rule.maximum}"
    }
    if (rule.pattern && !("${value}" ==~ rule.pattern)) {
        return "not what it takes: ${rule.description}"
    }
    def words = rule['enum']
    return words && !("${value}".toString() in words) ? "none of ${words.join(', ')}" : null
}

def checkValue(name, value, rule) {
    def fault = value == null ? null : faultOf(value, rule)
    if (fault == 'no value') {
        error("--${name} needs a value behind it; one that begins with - and has no space is written --${name}='-value'")
    }
    if (fault) {
        error("--${name} is '${value}', which is ${fault}")
    }
}

def readSchema() {
    return new groovy.json.JsonSlurper().parseText(file("${projectDir}/nextflow_schema.json").text)
}

// The list of --help: what nextflow_schema.json says.
def helpOf(schema) {
    def lines = schema['$defs'].values().collectMany { group ->
        ['', "${group.title}: ${group.description}"] + group.properties.collect { name, rule ->
            def choice = rule['enum'] ? " (${rule['enum'].join(', ')})" : ''
            def usual = rule['default'] != null ? " [${rule['default']}]" : ''
            "  --${name.padRight(20)} ${rule.description}${choice}${usual}"
        }
    }
    return (['nextflow run nextflow --input samplesheet.csv --outdir results'] + lines).join('\n')
}

def checkAgainstSchema() {
    def rules = readSchema()['$defs'].values().collectEntries { group -> group.properties }
    rules.each { name, rule -> checkValue(name, params[name], rule) }
    def more = params.keySet() - rules.keySet()
    more.toList().unique { name -> plainOf(name) }.each { name -> checkName(name, rules.keySet()) }
}

// SPDX-License-Identifier: Apache-2.0
// Tasks of no work: what they take is what a task costs beside its work.
process NOOP {
    input:
    val number

    script:
    """
    true
    """
}

workflow {
    NOOP(channel.fromList((1..(params.tasks as Integer)).toList()))
}

// SPDX-License-Identifier: Apache-2.0
// The smallest run that has all we stand on: tasks, an eval output under a topic, published files.
process HELLO {
    tag "${word}"

    input:
    val word

    output:
    path "${word}.txt", emit: txt
    tuple val("${task.process}"), val('bash'), eval("echo 5"), topic: versions, emit: versions_bash

    script:
    """
    echo "hello ${word}" > ${word}.txt
    """
}

workflow {
    HELLO(channel.of('one', 'two', 'three'))
    channel.topic('versions').unique().view { entry -> "VERSION ${entry}" }
}

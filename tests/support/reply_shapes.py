# SPDX-License-Identifier: Apache-2.0
"""Each form in which the hosted API is known, or allowed, to write one and the same result: `shape` of scripted_model.py.

A shape takes a result document and its query's number (from 1), and gives another document of the same meaning, but for decimals
(in which a count of c becomes c + 1/4, and the zeros stay) and for what it leaves out."""


def counts_as(change):
    """The counts of each output, wherever they stand, changed by `change(counts, genes)`."""
    def shaped(document, _):
        for output in document["outputs"]:
            place = output["decoder_sample"] if "decoder_sample" in output else output
            place["counts"] = change(place["counts"], document["gene_order"])
        return document
    return shaped


def outputs_as(change):
    def shaped(document, _):
        for output in document["outputs"]:
            change(output)
        return document
    return shaped


def later(shape):
    """In the second reply alone."""
    return lambda document, number: shape(document, number) if number == 2 else document


def without(*keys):
    return outputs_as(lambda output: [output.pop(key, None) for key in keys])


def with_value(key, value):
    return outputs_as(lambda output: output.update({key: value}))


def document_with(key, value):
    return lambda document, _: {**document, key: value}


def document_without(key):
    return lambda document, _: {name: value for name, value in document.items() if name != key}


def turned(document, _):
    """Every object's keys the other way round."""
    def turn(thing):
        if isinstance(thing, dict):
            return {key: turn(thing[key]) for key in reversed(thing)}
        return [turn(one) for one in thing] if isinstance(thing, list) else thing
    return {**turn({key: value for key, value in document.items() if key != "outputs"}), "outputs": [turn(one) for one in document["outputs"]]}


def decimal(counts, _):
    return [count + 0.25 if count else 0 for count in counts]


def nested(counts, _):
    return {"counts": counts}


def by_gene(counts, genes):
    return {gene: count for gene, count in zip(genes, counts) if count}


def by_gene_shuffled(counts, genes):
    """With zeros, and in another order."""
    pairs = list(zip(genes, counts))
    return dict(pairs[1::2] + pairs[::2])


# The file is the undisturbed one to the byte.
SAME = {
    "as it is": lambda document, _: document,
    "counts in an object": counts_as(nested),
    "counts by gene": counts_as(by_gene),
    "counts by gene, with zeros, in another order": counts_as(by_gene_shuffled),
    "counts as 3.0": counts_as(lambda counts, _: [float(count) for count in counts]),
    "counts by gene as 3.0": counts_as(lambda counts, genes: by_gene([float(count) for count in counts], genes)),
    "a list around the document": lambda document, _: [document],
    "keys the other way round in a later reply": later(turned),
    "no errors": lambda document, _: {"error": None, "errors": [], **document},
    "more keys than are known": lambda document, _: outputs_as(lambda output: output.update(notes=[{"a": [[]]}]))({**document, "usage": {"n": 1}}, 0),
    "model_version as text": document_with("model_version", "3"),
}
# So it is, too, where the genes are known before; and for cells that are made the metadata is only the question's echo.
SAME_WITH_GENES = {"no gene_order": document_without("gene_order"), "gene_order of null": document_with("gene_order", None)}
SAME_IF_MADE = {
    "no metadata": without("metadata"),
    "metadata of null": with_value("metadata", None),
    "metadata as a list": outputs_as(lambda output: output.update(metadata=[{"key": key, "value": value} for key, value in output["metadata"].items()])),
    "metadata as numbers and objects": with_value("metadata", {"age_years": 7, "sex": None, "perturbations": [{"a": 1}], "modality": "bulk"}),
    "class probabilities, too": with_value("classifier_probs", {"sex": {"female": 0.5, "male": 0.5}}),
    "counts in an object, and a list around the document": lambda document, number: [counts_as(nested)(document, number)],
}
# The first reply's order of fields and latents is that of the file's parts: the same as a table, which holds none.
SAME_TABLE = {"keys the other way round": turned}
# Three spellings of one file, which is another than the undisturbed one.
NO_LATENTS = {"no latents": without("latents"), "latents of null": with_value("latents", None), "latents of an empty object": with_value("latents", {})}
NO_PERTURBATION = {
    "no perturbation latents": outputs_as(lambda output: output["latents"].pop("perturbation")),
    "perturbation latents of length 0": outputs_as(lambda output: output["latents"].update(perturbation=[])),
}
# A count of c is rounded to c, or kept as c + 1/4.
DECIMALS = {
    "decimals": counts_as(decimal),
    "decimals by gene": counts_as(lambda counts, genes: by_gene(decimal(counts, genes), genes)),
    "decimals in an object": counts_as(lambda counts, genes: nested(decimal(counts, genes), genes)),
    "decimals in a later reply alone": later(counts_as(decimal)),
}
# No result; for cells that are made.
WRONG = {
    "no counts": without("counts"),
    "counts of null": with_value("counts", None),
    "counts of a wrong length": counts_as(lambda counts, _: counts[:-1]),
    "counts of a gene that nobody knows": counts_as(lambda counts, genes: {**by_gene(counts, genes), "ENSG99999999999": 1}),
    "a count below zero": counts_as(lambda counts, _: [-1, *counts[1:]]),
    "a count as text": counts_as(lambda counts, _: ["7", *counts[1:]]),
    "counts as a number": counts_as(lambda counts, _: sum(counts)),
    "a matrix of counts": counts_as(lambda counts, _: [counts, counts]),
    "a list, then counts by gene": lambda document, number: {**document, "outputs": [
        document["outputs"][0], *counts_as(by_gene)({**document, "outputs": document["outputs"][1:]}, number)["outputs"]]},
    "latents of different lengths": outputs_as(lambda output: output["latents"]["technical"].extend([0.5] * int(output["latents"]["technical"][0]))),
    "a gene_order with a gene twice": lambda document, _: {**document, "gene_order": [document["gene_order"][1], *document["gene_order"][1:]]},
}

SHAPES = {**SAME, **SAME_WITH_GENES, **SAME_IF_MADE, **SAME_TABLE, **NO_LATENTS, **NO_PERTURBATION, **DECIMALS, **WRONG}

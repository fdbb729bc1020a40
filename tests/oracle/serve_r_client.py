# SPDX-License-Identifier: Apache-2.0
"""What rsynthbio sends, byte for byte as R's jsonlite and httr write it, against gemflow serve: numbers with at most four decimals,
1e+05, a list of one without its brackets.    serve_r_client.py GEMFLOW"""
import http.client
import json
import sys
import time
from urllib.parse import urlsplit

from serving import HOSTED, Serving

AGENT = "httr2/1.2.1 r-curl/7.0.0 libcurl/8.5.0"


def r_number(value):
    """As jsonlite's toJSON(digits = 4) writes a double."""
    if value == int(value) and abs(value) >= 1e5:
        digits = f"{value:.15g}"
        short = f"{value:.4e}".replace(".0000", "")
        mantissa, exponent = short.split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        short = f"{mantissa}e{exponent}"
        return short if len(short) <= len(digits) and float(short) == value else digits
    return f"{round(value, 4):.15g}"


def r_json(value):
    """auto_unbox = TRUE: a vector of one is a scalar."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{r_json(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(r_json, value)) + "]"
    if isinstance(value, bool) or isinstance(value, str):
        return json.dumps(value)
    return r_number(float(value))


assert r_number(100000.0) == "1e+05" and r_number(1e7) == "1e+07" and r_number(123456.0) == "123456" and r_number(0.123456) == "0.1235"


def call(server, method, path, body=None, key=True):
    at = urlsplit(server.url)
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=60)
    headers = {"User-Agent": AGENT, "Accept-Encoding": "deflate, gzip", "Accept": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {server.key}"
    if body is not None:
        headers["Content-Type"] = "application/json"
    connection.request(method, path, body=body, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode("utf-8")
    connection.close()
    return answer.status, answer.headers["Content-Type"], json.loads(text)


def ask(server, model, body):
    status, kind, started = call(server, "POST", f"/api/models/{model}/predict", body)
    assert status == 200 and kind == "application/json", (status, started)
    while True:
        _, _, now = call(server, "GET", f"/api/model-queries/{started['modelQueryId']}/status")
        if now["status"] == "ready":
            status, kind, document = call(server, "GET", urlsplit(now["downloadUrl"]).path, key=False)
            assert status == 200 and kind == "application/json"
            return document
        assert now["status"] in ("queued", "running"), now
        time.sleep(0.02)


def example(server, model):
    return call(server, "GET", f"/api/models/{model}/example-query")[2]["example_query"]


with Serving(sys.argv[1], *(word for name in HOSTED for word in ("--as", name))) as server:
    assert [one["model_id"] for one in call(server, "GET", "/api/models")[2]["models"]] == HOSTED

    query = example(server, "gem-1-bulk") | {"total_count": 1e5, "source": "rsynthbio"}
    body = r_json(query)
    assert '"total_count":1e+05' in body
    document = ask(server, "gem-1-bulk", body)
    assert len(document["outputs"]) == len(query["inputs"])
    assert document == ask(server, "gem-1-bulk", json.dumps(query)), "R's spelling means the same"
    for output in document["outputs"]:
        assert abs(sum(output["counts"]) / 1e5 - 1) < 0.05 and len(output["counts"]) == len(document["gene_order"])

    query = example(server, "gem-1-sc_reference-conditioning")
    unboxed = r_json(query | {"conditioning": "biological"})
    assert '"conditioning":"biological"' in unboxed
    document = ask(server, "gem-1-sc_reference-conditioning", unboxed)
    assert document == ask(server, "gem-1-sc_reference-conditioning", json.dumps(query | {"conditioning": ["biological"]}))
    assert len(document["outputs"]) == 1

    query = example(server, "gem-1-bulk_predict-metadata")
    counts = query["inputs"][0]["counts"]
    counts[:4] = [100000, 2000000, 12, 0]
    body = r_json(query)
    assert '"counts":[1e+05,2e+06,12,0' in body
    document = ask(server, "gem-1-bulk_predict-metadata", body)
    assert document == ask(server, "gem-1-bulk_predict-metadata", json.dumps(query))
    (output,) = document["outputs"]
    assert set(output) >= {"metadata", "classifier_probs", "latents", "decoder_sample"}, output.keys()
    assert len(output["decoder_sample"]["counts"]) == len(counts)

    status, kind, refused = call(server, "POST", "/api/models/gem-1-bulk_predict-metadata/predict", '{"inputs":[{"counts":[0.1235,1]}]}')
    assert status == 422 and refused["errors"][0]["path"] == "inputs[0].counts[0]", refused
    assert call(server, "GET", "/api/models", key=False)[0] == 401
print("rsynthbio's calls are answered")

// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/client/origin.hpp"

#include "environment.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;
using test::WithVariable;

TEST_CASE("an origin is scheme, host and port") {
  CHECK(origin_of("https://App.Synthesize.bio/api?x=1") == Origin{"https", "app.synthesize.bio", 443});
  CHECK(origin_of("HTTP://127.0.0.1:8080") == Origin{"http", "127.0.0.1", 8080});
  CHECK(origin_of("https://[::1]:7/x") == Origin{"https", "::1", 7});
  CHECK(origin_of("https://h:443/a") == origin_of("https://H/b"));
  CHECK_FALSE(origin_of("http://h:443/") == origin_of("https://h/"));
  CHECK(origin_of("http://2130706433/").host == "127.0.0.1");  // one number is an address, too
  CHECK(Origin{"https", "a.b", 443}.text() == "https://a.b");
  CHECK(Origin{"http", "a.b", 443}.text() == "http://a.b:443");
  CHECK(Origin{"http", "::1", 80}.text() == "http://[::1]");
}

TEST_CASE("what is no http or https URL has no origin") {
  for (const char* url : {"file:///etc/passwd", "ftp://h/x", "app.synthesize.bio", "", "https://", "gopher://x", "https://a b/"}) {
    const Error error = error_of([&] { (void)origin_of(url); });
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(error.message() == "'" + std::string(url) + "' is no http or https URL");
  }
  CHECK(error_of([] { (void)origin_of("ftp://h/x?secret"); }).message() == "'ftp://h/x' is no http or https URL");
  CHECK(error_of([] { (void)origin_of("https://me:pw@h/"); }).message() == "the URL of host 'h' holds a user's name or password");
  CHECK(error_of([] { (void)origin_of(std::string_view("https://h\0.evil/", 16)); }).kind() == ErrorKind::usage);
}

TEST_CASE("loopback is known by its name") {
  for (const char* host : {"localhost", "127.0.0.1", "127.9.9.9", "::1"}) CHECK(Origin{"http", host, 80}.is_loopback());
  for (const char* host : {"128.0.0.1", "localhost.evil.org", "127.0.0.1.evil.org", "10.0.0.1"}) {
    CHECK_FALSE(Origin{"http", host, 80}.is_loopback());
  }
}

TEST_CASE("addresses that are not of the public internet") {
  for (const char* address :
       {"127.0.0.1", "10.255.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::7", "fc00::", "ff02::1", "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe", "::127.0.0.1"}) {
    INFO(address);
    CHECK(is_private_address(address));
  }
  for (const char* address : {"8.8.8.8", "172.32.0.1", "172.15.255.255", "100.128.0.1", "192.169.0.1", "11.0.0.1", "223.255.255.255",
                              "2001:4860:4860::8888", "::ffff:8.8.8.8", "app.synthesize.bio", "10.0.0.1.evil.org", ""}) {
    INFO(address);
    CHECK_FALSE(is_private_address(address));
  }
}

TEST_CASE("the base URL: the model's variable, the common one, the company's") {
  const WithVariable none("SYNTHESIZE_API_BASE_URL", std::nullopt);
  const WithVariable no_bulk("SYNTHESIZE_API_BASE_URL__GEM_1_BULK", std::nullopt);
  CHECK(base_url_of("gem-1-bulk") == "https://app.synthesize.bio");
  const WithVariable common("SYNTHESIZE_API_BASE_URL", "http://127.0.0.1:9/x//");
  CHECK(base_url_of("gem-1-bulk") == "http://127.0.0.1:9/x");
  const WithVariable bulk("SYNTHESIZE_API_BASE_URL__GEM_1_BULK", "https://bulk.example");
  CHECK(base_url_of("gem-1-bulk") == "https://bulk.example");
  CHECK(base_url_of("gem-1-bulk_reference-conditioning") == "https://bulk.example");
  CHECK(base_url_of("gem-1-bulk_predict-metadata") == "https://bulk.example");
  CHECK(base_url_of("gem--1.BULK") == "https://bulk.example");
  CHECK(base_url_of("gem-1-sc") == "http://127.0.0.1:9/x");
  CHECK(base_url_of("") == "http://127.0.0.1:9/x");
}

TEST_CASE("a base URL that is none is said to be so") {
  const WithVariable plain("SYNTHESIZE_API_BASE_URL", "app.synthesize.bio");
  const Error error = error_of([] { (void)base_url_of(""); });
  CHECK(error.message() == "the API's base URL 'app.synthesize.bio' does not begin with http:// or https://");
  CHECK(error.hint() == "SYNTHESIZE_API_BASE_URL=https://app.synthesize.bio is the usual one");
  CHECK(error.kind() == ErrorKind::usage);
  const WithVariable query("SYNTHESIZE_API_BASE_URL", "https://h/x?token=secret");
  CHECK(error_of([] { (void)base_url_of(""); }).message() == "the API's base URL at https://h has a query or a fragment");
}

TEST_CASE("GEMFLOW_OFFLINE forbids the network") {
  const WithVariable offline("GEMFLOW_OFFLINE", "1");
  const Error error = error_of([] { require_network(); });
  CHECK(error.kind() == ErrorKind::unsupported);
  CHECK(error.message() == "GEMFLOW_OFFLINE forbids the network, and a hosted model is asked over it");
  const WithVariable online("GEMFLOW_OFFLINE", "0");
  CHECK_NOTHROW(require_network());
}

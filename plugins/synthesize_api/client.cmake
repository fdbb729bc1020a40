# SPDX-License-Identifier: Apache-2.0
target_sources(gemflow_plugins PRIVATE)

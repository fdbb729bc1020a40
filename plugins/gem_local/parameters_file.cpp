// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "gem_local/parameters.hpp"
#include "gemflow/core/error.hpp"

namespace gemflow::gem_local {
namespace {

using Json = nlohmann::json;

constexpr std::string_view format_name = "gemflow-gmodel-1";

[[noreturn]] void misfit(std::string fault) {
  throw Error(ErrorKind::input, std::move(fault), "train the model again with this version of gemflow");
}

template <typename Array>
Tensor tensor_of(const Array& array, bool half) {
  Tensor tensor{{}, {}, half};
  if (array.rows() != 1) tensor.shape.push_back(array.rows());
  tensor.shape.push_back(array.cols());
  tensor.values.assign(array.data(), array.data() + array.size());
  return tensor;
}

Json json_of(const Combination& combination) {
  return {combination.levels, combination.n_cells, combination.log_depth_mean, combination.log_depth_sd,
          combination.interaction};
}

Json json_of(const FieldPart& part) {
  return {{"key", part.field.key},     {"group", part.field.group},         {"values", part.field.values},
          {"names", part.field.names}, {"n_cells", part.field.n_cells},     {"predicted", part.field.predicted},
          {"n_levels", part.n_levels}, {"first_effect", part.first_effect}, {"implies", part.implies}};
}

Json json_of(const Genes& genes) {
  Json json{{"names", genes.names}};
  for (const Column& column : genes.columns) json[column.name] = std::get<Text>(column.values);
  return json;
}

Json json_of(const Parameters& p) {
  Json card{{"id", p.id},
            {"version", p.version},
            {"licence", p.licence},
            {"trained_on", p.trained_on},
            {"made_by", p.made_by},
            {"modality", name_of(p.modality)},
            {"genes", json_of(p.genes)},
            {"n_latents", p.n_latents},
            {"n_residual", p.n_residual},
            {"depth_cap", p.depth_cap},
            {"outlier_threshold", p.outliers.threshold}};
  for (const FieldPart& part : p.fields) card["fields"].push_back(json_of(part));
  for (const Combination& one : p.conditions) card["conditions"].push_back(json_of(one));
  for (const Combination& one : p.pairs) card["pairs"].push_back(json_of(one));
  card["heads"] = Json::array();
  for (const Head& head : p.heads) {
    card["heads"].push_back(
        {{"field", head.field}, {"classes", head.classes}, {"genes", head.genes}, {"temperature", head.temperature}});
  }
  return card;
}

Combination combination_of(const Json& json) {
  return {json.at(0).get<Levels>(), json.at(1), json.at(2), json.at(3), json.at(4)};
}

FieldPart part_of(const Json& json) {
  FieldPart part;
  part.field = {json.at("key"),   json.at("group"),   json.at("values"),
                json.at("names"), json.at("n_cells"), json.at("predicted")};
  part.n_levels = json.at("n_levels");
  part.first_effect = json.at("first_effect");
  part.implies = json.at("implies").get<decltype(part.implies)>();
  return part;
}

Genes genes_of(const Json& json) {
  Genes genes;
  for (const auto& [name, values] : json.items()) {
    if (name == "names") {
      genes.names = values.get<Text>();
    } else {
      genes.columns.push_back({name, values.get<Text>()});
    }
  }
  return genes;
}

Parameters parameters_of(const Json& card) {
  Parameters p;
  p.id = card.at("id");
  p.version = card.at("version");
  p.licence = card.at("licence");
  p.trained_on = card.at("trained_on");
  p.made_by = card.at("made_by");
  p.modality = card.at("modality") == "bulk" ? Modality::bulk : Modality::single_cell;
  p.genes = genes_of(card.at("genes"));
  p.n_latents = card.at("n_latents").get<decltype(p.n_latents)>();
  p.n_residual = card.at("n_residual");
  p.depth_cap = card.at("depth_cap");
  p.outliers.threshold = card.at("outlier_threshold");
  for (const Json& field : card.at("fields")) p.fields.push_back(part_of(field));
  for (const Json& one : card.at("conditions")) p.conditions.push_back(combination_of(one));
  for (const Json& one : card.at("pairs")) p.pairs.push_back(combination_of(one));
  for (const Json& json : card.at("heads")) {
    Head& head = p.heads.emplace_back();
    head.field = json.at("field");
    head.classes = json.at("classes").get<decltype(head.classes)>();
    head.genes = json.at("genes").get<decltype(head.genes)>();
    head.temperature = json.at("temperature");
  }
  return p;
}

/// Takes arrays out of the file, each of the shape that the card asks for.
class Arrays {
 public:
  explicit Arrays(const TensorFile& file) : file_(&file) {}

  template <typename Array>
  void take(const std::string& name, Array& array, Index rows, Index columns) const {
    const auto found = file_->tensors.find(name);
    if (found == file_->tensors.end()) misfit(fmt::format("array '{}' is missing", name));
    const Tensor& tensor = found->second;
    const Index has_rows = tensor.shape.size() == 2 ? tensor.shape[0] : 1;
    const Index has_columns = tensor.shape.empty() ? 0 : tensor.shape.back();
    if (has_rows != rows || has_columns != columns || tensor.shape.size() > 2) {
      misfit(fmt::format("array '{}' is {} x {} instead of {} x {}", name, has_rows, has_columns, rows, columns));
    }
    array = Eigen::Map<const FloatMatrix>(tensor.values.data(), rows, columns);
    if (!array.allFinite()) misfit(fmt::format("array '{}' holds a value that is not finite", name));
  }

 private:
  const TensorFile* file_;
};

Index rows_of(const TensorFile& file, const std::string& name) {
  const auto found = file.tensors.find(name);
  return found != file.tensors.end() && found->second.shape.size() == 2 ? found->second.shape[0] : 0;
}

[[noreturn]] void contradict() { misfit("its card and its arrays contradict each other"); }

void take_arrays(Parameters& p, const TensorFile& file) {
  constexpr std::int32_t most_latents = 1'000'000;
  for (const std::int32_t n : p.n_latents) {
    if (n < 0 || n > most_latents) contradict();
  }
  const Arrays arrays(file);
  const auto n_genes = static_cast<Index>(p.genes.size());
  Index n_levels = 0;
  for (const FieldPart& part : p.fields) n_levels += part.n_levels;
  const Index n_latents = p.first_latent(n_groups);
  arrays.take("base", p.base, 1, n_genes);
  arrays.take("dispersion", p.dispersion, 1, n_genes);
  arrays.take("effects", p.effects, n_levels, n_genes);
  arrays.take("interactions", p.interactions, rows_of(file, "interactions"), n_genes);
  arrays.take("loadings", p.loadings, n_latents, n_genes);
  for (std::size_t i = 0; i < p.heads.size(); ++i) {
    Head& head = p.heads[i];
    const auto n = static_cast<Index>(head.genes.size());
    const auto n_classes = static_cast<Index>(head.classes.size());
    arrays.take(fmt::format("head_{}_scale", i), head.scale, 1, n);
    arrays.take(fmt::format("head_{}_weights", i), head.weights, n, n_classes);
    arrays.take(fmt::format("head_{}_bias", i), head.bias, 1, n_classes);
  }
  const Index n_centres = rows_of(file, "outlier_centres");
  if (n_centres == 0) return;
  arrays.take("outlier_centres", p.outliers.centres, n_centres, p.n_latents[biological]);
  arrays.take("outlier_precision", p.outliers.precision, p.n_latents[biological], p.n_latents[biological]);
}

bool all_below(const std::vector<std::int32_t>& numbers, std::int64_t least, std::int64_t limit) {
  return std::all_of(numbers.begin(), numbers.end(), [&](std::int32_t n) { return n >= least && n < limit; });
}

bool is_sound(const Combination& one, const Parameters& p) {
  bool sound = one.levels.size() == p.fields.size() && one.n_cells >= 0 && one.interaction >= -1 &&
               one.interaction < p.interactions.rows();
  for (std::size_t f = 0; sound && f < p.fields.size(); ++f) {
    sound = one.levels[f] >= -1 && one.levels[f] < p.fields[f].n_levels;
  }
  return sound;
}

bool is_sound(const FieldPart& part, const Parameters& p) {
  const auto n = static_cast<std::size_t>(part.n_levels);
  const Field& field = part.field;
  bool sound = part.n_levels >= 0 && part.first_effect >= 0 && part.first_effect <= p.effects.rows() - part.n_levels &&
               (field.values.empty() || field.values.size() == n) && (field.names.empty() || field.names.size() == n) &&
               field.n_cells.size() == n && part.implies.size() == n && group_named(field.group) != n_groups;
  for (const auto& implied : part.implies) {
    for (const auto& [other, level] : implied) {
      sound = sound && other >= 0 && other < static_cast<std::int32_t>(p.fields.size()) && level >= 0 &&
              level < p.fields[static_cast<std::size_t>(other)].n_levels;
    }
  }
  return sound;
}

bool is_sound(const Head& head, const Parameters& p) {
  if (head.field < 0 || head.field >= static_cast<std::int32_t>(p.fields.size())) return false;
  const FieldPart& part = p.fields[static_cast<std::size_t>(head.field)];
  return head.classes.size() >= 2 && all_below(head.classes, 0, part.n_levels) && !part.field.values.empty() &&
         all_below(head.genes, 0, p.n_genes()) && std::is_sorted(head.genes.begin(), head.genes.end()) &&
         head.temperature > 0;
}

bool is_sound(const Parameters& p) {
  const auto sound = [&p](const auto& list) {
    return std::all_of(list.begin(), list.end(), [&p](const auto& one) { return is_sound(one, p); });
  };
  const auto as_many_as_genes = [&p](const Column& column) { return column.n_rows() == p.genes.size(); };
  return sound(p.fields) && sound(p.conditions) && sound(p.pairs) && sound(p.heads) && !p.conditions.empty() &&
         p.n_residual >= 0 && p.n_residual <= p.n_latents[biological] && p.depth_cap > 0 &&
         std::all_of(p.genes.columns.begin(), p.genes.columns.end(), as_many_as_genes);
}

}  // namespace

TensorFile to_file(const Parameters& p) {
  TensorFile file;
  file.metadata["format"] = format_name;
  file.metadata["card"] = json_of(p).dump(-1, ' ', false, Json::error_handler_t::replace);
  file.tensors["base"] = tensor_of(p.base, false);
  file.tensors["dispersion"] = tensor_of(p.dispersion, true);
  const auto table = [&file](const std::string& name, const FloatMatrix& matrix, bool half) {
    Tensor tensor = tensor_of(matrix, half);
    tensor.shape = {matrix.rows(), matrix.cols()};
    file.tensors[name] = std::move(tensor);
  };
  table("effects", p.effects, true);
  table("interactions", p.interactions, true);
  table("loadings", p.loadings, true);
  for (std::size_t i = 0; i < p.heads.size(); ++i) {
    file.tensors[fmt::format("head_{}_scale", i)] = tensor_of(p.heads[i].scale, false);
    file.tensors[fmt::format("head_{}_bias", i)] = tensor_of(p.heads[i].bias, false);
    table(fmt::format("head_{}_weights", i), p.heads[i].weights, false);
  }
  table("outlier_centres", p.outliers.centres, false);
  table("outlier_precision", p.outliers.precision, false);
  return file;
}

Parameters from_file(const TensorFile& file) {
  const auto format = file.metadata.find("format");
  const auto text = file.metadata.find("card");
  if (format == file.metadata.end() || format->second != format_name || text == file.metadata.end()) {
    misfit(fmt::format("its metadata do not say that its format is '{}'", format_name));
  }
  Parameters parameters;
  try {
    parameters = parameters_of(Json::parse(text->second));
  } catch (const Json::exception& error) {
    misfit(fmt::format("its card cannot be understood: {}", printable(error.what())));
  }
  take_arrays(parameters, file);
  if (!is_sound(parameters)) contradict();
  return parameters;
}

}  // namespace gemflow::gem_local

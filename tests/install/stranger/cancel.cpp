// A run that is cancelled by its own progress: cancel IN OUT. Exit code 0 if it ended by the cancel and left no OUT.
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <stop_token>
#include <string_view>

#include <gemflow/formats.hpp>
#include <gemflow/models.hpp>
#include <gemflow/run/predict_metadata.hpp>

namespace {

class Progress final : public gemflow::Report {
 public:
  void warning(std::string_view) override {}
  void note(std::string_view) override {}
  void progress(std::string_view doing, std::int64_t done, std::int64_t total) override {
    std::cout << doing << ": " << done << " of " << total << std::endl;
    if (done >= 100) stop.request_stop();
  }

  std::stop_source stop;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  Progress progress;
  const gemflow::PredictOptions options{.run = {.batch_size = 50}};
  gemflow::Job job{.report = &progress, .stop = progress.stop.get_token()};
  try {
    const auto in = gemflow::open(argv[1], {}, job);
    const auto model = gemflow::open_model("echo", job);
    const auto out = gemflow::annotate(argv[1], argv[2], {}, job);
    gemflow::predict_metadata(*in, *model, *out, options, job);
    std::cout << "nobody stopped it\n";
    return 1;
  } catch (const gemflow::Error& error) {
    std::cout << error.what() << '\n';
    if (error.kind() != gemflow::ErrorKind::interrupted) return 1;
  }
  return std::filesystem::exists(argv[2]) ? 1 : 0;
}

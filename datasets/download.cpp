#include <shikumi/datasets/download.hpp>

#include <shikumi/autograd/core/error.hpp>

#ifdef SHIKUMI_HAVE_CURL

#include <exception>
#include <filesystem>
#include <memory>

#include <curl/curl.h>
#include <openssl/evp.h>

#include <shikumi/autograd/core/new_file.hpp>

namespace shikumi::datasets {
namespace {

namespace fs = std::filesystem;

class Sha256 {
public:
    Sha256() : context_(EVP_MD_CTX_new()) {
        if (!context_ || !EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr))
            fail<IoError>("download", "OpenSSL offers no SHA-256");
    }
    void add(const char* bytes, std::size_t count) {
        EVP_DigestUpdate(context_.get(), bytes, count);
    }
    std::string hexadecimal() {
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned int length = 0;
        EVP_DigestFinal_ex(context_.get(), digest, &length);
        std::string text;
        for (unsigned int i = 0; i < length; ++i) {
            text += "0123456789abcdef"[digest[i] >> 4];
            text += "0123456789abcdef"[digest[i] & 15];
        }
        return text;
    }

private:
    struct Free {
        void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> context_;
};

// The state that the callbacks of one download share. C code calls them: nothing may be thrown
// through it, so failures are kept.
struct Transfer {
    shikumi::detail::NewFile file;
    Sha256 checksum;
    std::string name;
    const DownloadOptions& options;
    std::uint64_t received = 0;
    bool too_long = false;
    std::exception_ptr thrown = nullptr;
};

std::size_t receive(char* bytes, std::size_t, std::size_t count, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    transfer.received += count;
    transfer.too_long = transfer.received > transfer.options.max_bytes;
    if (transfer.too_long) return 0;
    try {
        transfer.file.write({bytes, count});
    } catch (...) {
        transfer.thrown = std::current_exception();
        return 0;
    }
    transfer.checksum.add(bytes, count);
    return count;
}

int report(void* user, curl_off_t total, curl_off_t done, curl_off_t, curl_off_t) {
    auto& transfer = *static_cast<Transfer*>(user);
    try {
        transfer.options.on_progress(transfer.name, static_cast<std::uint64_t>(done),
                                     static_cast<std::uint64_t>(total));
        return 0;
    } catch (...) {
        transfer.thrown = std::current_exception();
        return 1;
    }
}

struct Cleanup {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};

}  // namespace

bool can_download() noexcept { return true; }

void download(const std::string& url, const std::string& target, const DownloadOptions& options) {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    const std::unique_ptr<CURL, Cleanup> curl(started == CURLE_OK ? curl_easy_init() : nullptr);
    if (!curl) fail<IoError>("download", "libcurl does not start");

    std::error_code error;
    const fs::path file = target;
    if (file.has_parent_path()) fs::create_directories(file.parent_path(), error);
    if (error)
        fail<IoError>("download", file.parent_path().string(),
                      " cannot be made: ", error.message());
    Transfer transfer{{"download", target}, Sha256(), file.filename().string(), options};

    char explanation[CURL_ERROR_SIZE] = "";
    const auto set = [&](CURLoption option, auto value) {
        curl_easy_setopt(curl.get(), option, value);
    };
    set(CURLOPT_URL, url.c_str());
#if LIBCURL_VERSION_NUM >= 0x075500
    set(CURLOPT_PROTOCOLS_STR, "http,https,file");
    set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
    set(CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS | CURLPROTO_FILE));
    set(CURLOPT_REDIR_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, 5L);
    set(CURLOPT_FAILONERROR, 1L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT, 15L);
    set(CURLOPT_LOW_SPEED_LIMIT, 100L);  // bytes a second, over
    set(CURLOPT_LOW_SPEED_TIME, 30L);    // so many seconds: a dead connection
    set(CURLOPT_ERRORBUFFER, explanation);
    set(CURLOPT_WRITEFUNCTION, &receive);
    set(CURLOPT_WRITEDATA, &transfer);
    if (options.on_progress) {
        set(CURLOPT_NOPROGRESS, 0L);
        set(CURLOPT_XFERINFOFUNCTION, &report);
        set(CURLOPT_XFERINFODATA, &transfer);
    }
    const CURLcode code = curl_easy_perform(curl.get());

    if (transfer.thrown) std::rethrow_exception(transfer.thrown);
    if (transfer.too_long)
        fail<IoError>("download", url, " is longer than ", options.max_bytes, " bytes");
    if (code != CURLE_OK)
        fail<IoError>("download", url, ": ",
                      explanation[0] ? explanation : curl_easy_strerror(code));
    const std::string sha256 = transfer.checksum.hexadecimal();
    if (!options.sha256.empty() && sha256 != options.sha256)
        fail<IoError>("download", url, " has the SHA-256 ", sha256, ", ", options.sha256,
                      " was expected");
    transfer.file.keep();
}

}  // namespace shikumi::datasets

#else

namespace shikumi::datasets {

bool can_download() noexcept { return false; }

void download(const std::string& url, const std::string&, const DownloadOptions&) {
    fail<StateError>("download", "this library was built without libcurl; fetch ", url, " by hand");
}

}  // namespace shikumi::datasets

#endif

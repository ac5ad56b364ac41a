// A web server on 127.0.0.1 for one test: every connection gets the same answer.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

namespace shikumi_test {

class Server {
public:
    // `promised`: the Content-Length, if not the body's.
    Server(const std::string& status, const std::string& body, std::size_t promised)
        : answer_("HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(promised) +
                  "\r\nConnection: close\r\n\r\n" + body),
          socket_(socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (socket_ < 0 || bind(socket_, generic, size) != 0 || listen(socket_, 8) != 0 ||
            getsockname(socket_, generic, &size) != 0)
            throw std::runtime_error("no socket");
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    Server(const std::string& status, const std::string& body)
        : Server(status, body, body.size()) {}
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() {
        shutdown(socket_, SHUT_RDWR);  // wakes accept
        thread_.join();
        close(socket_);
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
    int requests() const { return requests_; }

private:
    void serve() {
        for (;;) {
            const int connection = accept(socket_, nullptr, nullptr);
            if (connection < 0) return;
            ++requests_;
            std::string request;
            char buffer[1024];
            while (request.find("\r\n\r\n") == std::string::npos) {
                const auto got = recv(connection, buffer, sizeof buffer, 0);
                if (got <= 0) break;
                request.append(buffer, static_cast<std::size_t>(got));
            }
            for (std::size_t sent = 0; sent < answer_.size();) {
                const auto n =
                    send(connection, answer_.data() + sent, answer_.size() - sent, MSG_NOSIGNAL);
                if (n <= 0) break;
                sent += static_cast<std::size_t>(n);
            }
            close(connection);
        }
    }

    std::string answer_;
    int socket_;
    int port_ = 0;
    std::atomic<int> requests_ = 0;
    std::thread thread_;
};

}  // namespace shikumi_test

import Glibc
import Posix
import TestSupport
import Testing

@Suite("The service manager", .scratch)
struct ServiceManagerTests {
    @Test("messages arrive at a socket file, at one with a long path, and at an address that is no file")
    func send() throws {
        let long = Scratch.directory + "/" + String(repeating: "x", count: 150)
        try Files.makeDirectory(long)
        for address in [Scratch.directory + "/notify", long + "/notify", "@git-sidecar-test-\(getpid())"] {
            let socket = try DatagramSocket(address)
            let manager = try #require(ServiceManager(environment: ["NOTIFY_SOCKET": address]))
            try manager.send(["READY=1", "STATUS=all\n is\r well"])
            #expect(socket.receive() == "READY=1\nSTATUS=all is well", "\(address)")
        }
    }

    @Test("nobody listens: that is an error, and nothing worse")
    func silent() throws {
        let manager = try #require(ServiceManager(environment: ["NOTIFY_SOCKET": Scratch.directory + "/nothing"]))
        let error = try #require(throws: SystemError.self) { try manager.send(["READY=1"]) }
        #expect(error.description.hasPrefix("cannot notify the service manager: "))
    }

    @Test("without a usable address there is nobody to tell", arguments: ["", "relative", "/", "@"])
    func absent(address: String) {
        #expect(ServiceManager(environment: ["NOTIFY_SOCKET": address]) == nil)
        #expect(ServiceManager(environment: [:]) == nil)
    }

    @Test("the watchdog's time counts when it is meant for this process")
    func watchdog() throws {
        func time(_ more: [String: String]) -> Duration? {
            let address = ["NOTIFY_SOCKET": "@x"]
            return ServiceManager(environment: address.merging(more) { $1 }, processID: 12)?.watchdog
        }
        #expect(time([:]) == nil)
        #expect(time(["WATCHDOG_USEC": "60000000"]) == .seconds(60))
        #expect(time(["WATCHDOG_USEC": "1500", "WATCHDOG_PID": "12"]) == .microseconds(1500))
        #expect(time(["WATCHDOG_USEC": "1500", "WATCHDOG_PID": "13"]) == nil)
        #expect(time(["WATCHDOG_USEC": "x"]) == nil)
        #expect(time(["WATCHDOG_USEC": "0"]) == nil)
    }
}

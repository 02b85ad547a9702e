import Foundation
import Testing

@Suite struct ServiceNotifierTests {
    /// A service manager that listens at the path ("@" begins an abstract name), and its messages.
    private func heard(at path: String, _ command: String) -> String {
        let listener = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        if name[0] == UInt8(ascii: "@") { name[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        let size = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(listener, $0, size)
            }
        }
        #expect(bound == 0)

        let probe = Child(
            SimulatedGPIO.products + "/HALProbe", [], environment: ["NOTIFY_SOCKET=\(path)"])
        probe.write("\(command)\n")
        #expect(probe.readLine() == "ok")
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe recv(listener, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    @Test func supervisorHearsAtAPath() {
        let folder = TemporaryFolder()
        #expect(heard(at: folder.path("notify"), "notify ready") == "READY=1")
        #expect(heard(at: folder.path("n2"), "notify stopping") == "STOPPING=1")
        #expect(heard(at: folder.path("n3"), "notify watchdog") == "WATCHDOG=1")
        #expect(
            heard(at: folder.path("n5"), "notify reloading").hasPrefix(
                "RELOADING=1\nMONOTONIC_USEC="))
    }

    @Test func supervisorHearsAtAnAbstractName() {
        let name = "@hal-\(UInt64.random(in: 0 ..< .max))"
        #expect(heard(at: name, "notify ready") == "READY=1")
    }

    @Test func nobodyListeningIsNoTrouble() {
        for path in ["", "/nowhere/notify", String(repeating: "x", count: 200)] {
            let probe = Child(
                SimulatedGPIO.products + "/HALProbe", [], environment: ["NOTIFY_SOCKET=\(path)"])
            probe.write("notify ready\n")
            #expect(probe.readLine() == "ok")
        }
    }

    @Test func watchdogIntervalIsOfThisProcessOnly() {
        func interval(_ environment: [String]) -> String? {
            let probe = Child(
                SimulatedGPIO.products + "/HALProbe", [], environment: environment)
            probe.write("watchdog\n")
            return probe.readLine()
        }
        #expect(interval([]) == "none")
        #expect(interval(["WATCHDOG_USEC=30000000"]) == "30000")
        #expect(interval(["WATCHDOG_USEC=30000000", "WATCHDOG_PID=1"]) == "none")
        #expect(interval(["WATCHDOG_USEC=soon"]) == "none")
    }
}

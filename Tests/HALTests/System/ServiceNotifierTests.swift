import Foundation
import Testing

@Suite struct ServiceNotifierTests {
    /// A service manager that listens at the path ("@" begins an abstract name), and its messages.
    private func heard(at path: String, _ command: String) -> String {
        let listener = unixSocket(SOCK_DGRAM, at: path)
        defer { close(listener) }
        let probe = Child(
            SimulatedGPIO.products + "/HALProbe", [], environment: ["NOTIFY_SOCKET=\(path)"])
        probe.write("\(command)\n")
        #expect(probe.readLine() == "ok")
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe recv(listener, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    @Test func supervisorHearsAtAPathOrAnAbstractName() {
        let folder = TemporaryFolder()
        let name = "@hal-\(UInt64.random(in: 0 ..< .max))"
        #expect(heard(at: name, "notify ready") == "READY=1")
        #expect(heard(at: folder.path("n2"), "notify stopping") == "STOPPING=1")
        #expect(heard(at: folder.path("n3"), "notify watchdog") == "WATCHDOG=1")
        #expect(
            heard(at: folder.path("n5"), "notify reloading").hasPrefix(
                "RELOADING=1\nMONOTONIC_USEC="))
    }

    @Test(arguments: ["", "/nowhere/notify", String(repeating: "x", count: 200)])
    func nobodyListeningIsNoTrouble(path: String) {
        let probe = Child(
            SimulatedGPIO.products + "/HALProbe", [], environment: ["NOTIFY_SOCKET=\(path)"])
        probe.write("notify ready\n")
        #expect(probe.readLine() == "ok")
    }

    @Test func watchdogIntervalIsOfThisProcessOnly() {
        func interval(_ environment: [String]) -> String? {
            let probe = Child(SimulatedGPIO.products + "/HALProbe", [], environment: environment)
            probe.write("watchdog\n")
            return probe.readLine()
        }
        #expect(interval([]) == "none")
        #expect(interval(["WATCHDOG_USEC=30000000"]) == "30000")
        #expect(interval(["WATCHDOG_USEC=30000000", "WATCHDOG_PID=1"]) == "none")
        #expect(interval(["WATCHDOG_USEC=soon"]) == "none")
    }
}

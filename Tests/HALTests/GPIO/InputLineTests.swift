import Foundation
import Testing

@Suite struct InputLineTests {
    let gpio = SimulatedGPIO()

    /// The states of "active@1 inactive@2", and their times.
    private func parse(_ edges: String) -> [(state: String, ns: Int64)] {
        edges.split(separator: " ").map { edge in
            let parts = edge.split(separator: "@")
            return (String(parts[0]), Int64(parts[1]) ?? -1)
        }
    }

    @Test func pressAndReleaseComeWithTheirTimes() throws {
        #expect(gpio.probe("input GPIO17 up low") == "inactive")
        let pressed = gpio.world("press GPIO17")
        #expect(gpio.probe("wait") == "readable")
        let released = gpio.world("release GPIO17")
        let edges = parse(gpio.probe("edges"))
        #expect(edges.map(\.state) == ["active", "inactive"])
        #expect(edges.map(\.ns) == [pressed.ns, released.ns])
        #expect(gpio.probe("edges") == "")
        #expect(gpio.probe("level") == "inactive")
    }

    @Test func biasDecidesWhatAnOpenKeyReads() {
        #expect(gpio.probe("input GPIO17 up high") == "active")
        #expect(gpio.probe("input GPIO17 down high") == "inactive")
        #expect(gpio.probe("input GPIO17 up low") == "inactive")
        #expect(gpio.probe("level", after: "press GPIO17") == "active")
    }

    @Test func keyHeldAtStartIsActiveWithoutAnEdge() {
        #expect(gpio.probe("input GPIO17 up low", after: "press GPIO17") == "active")
        #expect(gpio.probe("edges") == "")
        gpio.world("release GPIO17")
        #expect(parse(gpio.probe("edges")).map(\.state) == ["inactive"])
    }

    @Test func bounceComesInTurns() {
        #expect(gpio.probe("input GPIO17 up low") == "inactive")
        gpio.world("bounce GPIO17 3 6")
        // The press itself, and three bounces.
        var edges: [(state: String, ns: Int64)] = []
        while edges.count < 7 { edges += parse(gpio.probe("edges")) }
        #expect(edges.map(\.state).last == "active")
        for (index, edge) in edges.enumerated() {
            #expect(edge.state == (index.isMultiple(of: 2) ? "active" : "inactive"))
        }
        #expect(edges.map(\.ns) == edges.map(\.ns).sorted())
    }

    /// The kernel's short queue drops the newest edges, here the release.
    @Test func releaseLostInABurstIsFoundInTheLevel() {
        #expect(gpio.probe("input GPIO17 up low") == "inactive")
        for _ in 0..<40 {
            gpio.world("press GPIO17")
            gpio.world("release GPIO17")
        }
        gpio.world("press GPIO17")
        let edges = parse(gpio.probe("edges"))
        #expect(edges.count < 81)
        #expect(edges.last?.state == "active")
        gpio.world("release GPIO17")
        #expect(parse(gpio.probe("edges")).map(\.state) == ["inactive"])
    }

    @Test func readErrorIsThrownAndNeverReadsAsReleased() {
        #expect(gpio.probe("input GPIO17 up low", after: "press GPIO17") == "active")
        let answer = gpio.probe("level", after: "fail-read on")
        #expect(answer == "error: line GPIO17: Input/output error")
        #expect(gpio.probe("edges") == "error: line GPIO17: Input/output error")
        #expect(gpio.probe("input GPIO16 up low") == "error: line GPIO16: Input/output error")
        #expect(gpio.probe("input GPIO17 up low", after: "fail-read off") == "active")
    }

    @Test func unpluggedChipWakesAndThrows() {
        #expect(gpio.probe("input GPIO17 up low") == "inactive")
        #expect(gpio.probe("wait", after: "unplug pinctrl-bcm2711") == "readable")
        #expect(gpio.probe("edges").hasPrefix("error: line GPIO17: "))
        #expect(gpio.probe("level").hasPrefix("error: line GPIO17: "))
        #expect(
            gpio.probe("input GPIO17 up low")
                == "error: line GPIO17: there is no such GPIO chip on this machine; "
                + "set another `line` (intercomctl gpio list)")
        #expect(gpio.probe("input GPIO17 up low", after: "replug pinctrl-bcm2711") == "inactive")
    }

    @Test func busyLineSaysByWhom() {
        gpio.world("claim GPIO27 gpio-keys")
        #expect(
            gpio.probe("input GPIO27 up low")
                == "error: line GPIO27: held by \"gpio-keys\"; remove its dtoverlay from"
                + " /boot/firmware/config.txt, or set another `line`")
        #expect(gpio.probe("input GPIO27 up low", after: "claim GPIO27") == "inactive")
    }

    @Test func withoutPermissionSaysTheGroup() {
        gpio.world("deny gpiochip0 on")
        #expect(
            gpio.probe("input GPIO17 up low")
                == "error: line GPIO17: no permission to open /dev/gpiochip0; "
                + "the user that runs this program must be in group gpio")
    }

    @Test func absentLineSaysSo() {
        let complaint =
            "no GPIO chip has a line of this name; set another `line` (intercomctl gpio list)"
        #expect(gpio.probe("input GPIO99 up low") == "error: line GPIO99: \(complaint)")
        #expect(gpio.probe("input gpiochip0/28 up low") == "error: line gpiochip0/28: \(complaint)")
        #expect(gpio.probe("input gpiochip7/0 up low").contains("no such GPIO chip"))
        for name in ["gpiochip0/", "gpiochip0/-1", "gpiochip0/x", "/1", "gpiochip/../mem/1"] {
            #expect(gpio.probe("input \(name) up low").hasPrefix("error: "), "\(name)")
        }
    }

    @Test(.enabled(if: SimulatedGPIO.hasTools, "gpiod is not installed"))
    func realToolSeesWhoHoldsTheLine() {
        #expect(gpio.probe("input GPIO17 up low") == "inactive")
        let info = gpio.tool(
            "gpioinfo", SimulatedGPIO.toolsAreOld ? ["gpiochip0"] : ["--chip", "0"])
        let line = info.split(separator: "\n").first { $0.contains("GPIO17") } ?? ""
        for word in ["\"intercomd\"", "input", "active-low", "pull-up"] {
            #expect(line.contains(word))
        }
        #expect(gpio.probe("drop") == "ok")
        let after = gpio.tool(
            "gpioinfo", SimulatedGPIO.toolsAreOld ? ["gpiochip0"] : ["--chip", "0"])
        #expect(!after.contains("intercomd"))
    }
}

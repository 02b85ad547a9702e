import Foundation
import Testing

@testable import HAL

extension AudioOnSimulatedCard {
    /// Counts the heap calls of the sound path, alsa-lib's own included.
    ///
    /// The counter must be loaded before the program begins, so the test starts itself again.
    @Suite struct HeapTests {
        static let probe = "INTERCOM_HEAP_PROBE"

        @Test func soundPathNeverTouchesTheHeap() throws {
            if ProcessInfo.processInfo.environment[Self.probe] != nil {
                try measure()
                return
            }
            let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path
            let library = AudioLab.built.appending(path: "libheapwatch.so").path
            let child = Child(
                program,
                ["--testing-library", "swift-testing", "--filter", "soundPathNeverTouchesTheHeap"],
                environment: ["\(Self.probe)=1", "LD_PRELOAD=\(library)"])
            let output = child.readToEnd()
            #expect(child.wait() == 0)
            #expect(output.contains("heap calls: quiet 0, "), "\(output)")
            // The counter counts: a card that allocates on purpose is caught.
            #expect(!output.contains("control 0."), "\(output)")
        }

        /// The armed thread's work, period after period; returns its xruns.
        func run(
            periods: Int, _ capture: inout PCMDevice, _ playback: inout PCMDevice,
            _ block: inout [Int16]
        ) -> Int {
            var done = 0
            var xruns = 0
            while done < periods {
                let events = AudioLoop.wait(for: capture.descriptor(at: 0))
                guard capture.isReady(at: 0, events: events) else { continue }
                while capture.available() >= 480 {
                    var span = block.mutableSpan
                    if capture.read(into: &span) == .xrun { xruns += 1 }
                    done += 1
                    if playback.write(block.span) == .xrun {
                        xruns += 1
                        _ = playback.write(block.span)
                    }
                }
            }
            return xruns
        }

        func measure() throws {
            let card = SimCard()
            var capture = try PCMDevice(.capture, name: card.pcm(), wanted: .init())
            var playback = try PCMDevice(.playback, name: card.pcm(), wanted: .init())
            var block = [Int16](repeating: 0, count: 480)
            try PCMDevice.start(&capture, &playback)
            _ = run(periods: 5, &capture, &playback, &block)
            let arm = try #require(
                unsafe dlsym(nil, "heapwatch_arm").map {
                    unsafe unsafeBitCast($0, to: (@convention(c) (Int32) -> Void).self)
                })
            let count = try #require(
                unsafe dlsym(nil, "heapwatch_count").map {
                    unsafe unsafeBitCast($0, to: (@convention(c) () -> UInt).self)
                })
            card.command("xrun", "capture")
            card.command("xrun", "playback")
            arm(1)
            let xruns = run(periods: 40, &capture, &playback, &block)
            arm(0)
            for trouble in ["suspend", "unplug"] {
                card.command(trouble)
                arm(1)
                _ = playback.write(block.span)
                for _ in 1...3 { _ = capture.available() }
                var span = block.mutableSpan
                _ = capture.read(into: &span)
                arm(0)
            }
            let quiet = count()
            let control = SimCard()
            capture = try PCMDevice(.capture, name: control.pcm(), wanted: .init())
            playback = try PCMDevice(.playback, name: control.pcm(), wanted: .init())
            try PCMDevice.start(&capture, &playback)
            #expect(xruns >= 2)
            control.command("malloc", "on")
            arm(1)
            _ = run(periods: 5, &capture, &playback, &block)
            arm(0)
            print("heap calls: quiet \(quiet), control \(count() - quiet).")
        }
    }
}

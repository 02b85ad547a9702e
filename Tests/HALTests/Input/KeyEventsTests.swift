import CLinux
import Foundation
import Testing
import Time

@testable import HAL

@Suite struct KeyEventsTests {
    /// One event as the kernel writes it on a machine of 64 bits.
    static func event(_ type: UInt16, _ code: UInt16, _ value: Int32, ms: Int64 = 0) -> [UInt8] {
        var bytes: [UInt8] = []
        for word in [ms / 1000, ms % 1000 * 1000] {
            for place in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * place))) }
        }
        for half in [type, code] { bytes += [UInt8(half & 0xff), UInt8(half >> 8)] }
        for place in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * place))) }
        return bytes
    }

    private let start = Instant(nanoseconds: 0)

    @Test func pressAndReleaseComeWithTheirTimes() {
        var events = KeyEvents(of: 59)
        let press = events.parse(Self.event(1, 59, 1, ms: 1234).span)
        #expect(press == .edge(isDown: true, at: start + .milliseconds(1234)))
        let release = events.parse(Self.event(1, 59, 0, ms: 1300).span)
        #expect(release == .edge(isDown: false, at: start + .milliseconds(1300)))
    }

    @Test func otherKeysAndRepeatsAndMovementsAreNobodysBusiness() {
        var events = KeyEvents(of: 59)
        for bytes in [
            Self.event(1, 60, 1), Self.event(1, 59, 2), Self.event(2, 59, 1), Self.event(0, 0, 0),
        ] { #expect(events.parse(bytes.span) == nil) }
    }

    @Test func whatWasDroppedIsAskedForAfterTheNextReport() {
        var events = KeyEvents(of: 59)
        #expect(events.parse(Self.event(0, 3, 0).span) == nil)
        // Half of a report: not reliable.
        #expect(events.parse(Self.event(1, 59, 1).span) == nil)
        let report = events.parse(Self.event(0, 0, 0, ms: 7).span)
        #expect(report == .lost(at: start + .milliseconds(7)))
        #expect(events.parse(Self.event(1, 59, 1).span) != nil)
    }
}

@Suite struct InputKeyTests {
    /// A key whose events come through a pipe; its state cannot be asked for.
    private func key(isDown: Bool = false) throws -> (key: InputKeyBox, write: Int32) {
        var ends: [Int32] = [0, 0]
        let made = unsafe pipe(&ends)
        #expect(made == 0)
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        let descriptor = FileDescriptor(owning: ends[0])
        let key = try InputKey(59, of: descriptor, name: "evdev:x/59", isDown: isDown)
        return (InputKeyBox(key), ends[1])
    }

    private func write(_ bytes: [UInt8], to fd: Int32) {
        let count = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe clinux_write(fd, buffer.baseAddress!, buffer.count)
        }
        #expect(count == bytes.count)
    }

    @Test func edgesComeByTurnsHoweverManyAreRead() throws {
        let (box, end) = try key()
        #expect(try box.key.nextEdge() == nil)
        var bytes: [UInt8] = []
        for number in 0..<40 {
            bytes += KeyEventsTests.event(1, 59, Int32(1 - number % 2), ms: Int64(number))
            bytes += KeyEventsTests.event(0, 0, 0)
        }
        // A press that is reported twice counts once.
        bytes += KeyEventsTests.event(1, 59, 1, ms: 50) + KeyEventsTests.event(1, 59, 1, ms: 51)
        write(bytes, to: end)
        var found: [Bool] = []
        while let edge = try box.key.nextEdge() { found.append(edge.isActive) }
        #expect(found == (0...40).map { $0 % 2 == 0 })
        _ = close(end)
    }

    @Test func aDeviceThatIsGoneIsAnErrorAndNoRelease() throws {
        let (box, end) = try key(isDown: true)
        _ = close(end)
        // A child that another test starts at this moment may hold the end a little longer.
        var error: GPIOError?
        for _ in 0..<500 where error == nil {
            do throws(GPIOError) {
                #expect(try box.key.nextEdge() == nil)
                usleep(10_000)
            } catch let found {
                error = found
            }
        }
        #expect(error == GPIOError(line: "evdev:x/59", reason: .failed(errno: ENODEV)))
    }

    @Test func aKeyNobodyCanAskAfterALossIsAnError() throws {
        let (box, end) = try key()
        write(KeyEventsTests.event(0, 3, 0) + KeyEventsTests.event(0, 0, 0), to: end)
        #expect(throws: GPIOError.self) { try box.key.nextEdge() }
        _ = close(end)
    }

    @Test func anUnknownDeviceIsNamed() {
        let error = #expect(throws: GPIOError.self) {
            _ = try InputLine(key: 59, of: "no such keypad", name: "evdev:no such keypad/KEY_F1")
        }
        #expect(error?.reason == .noDevice)
    }
}

/// A noncopyable value, where a test can change it.
final class InputKeyBox {
    var key: InputKey
    init(_ key: consuming InputKey) { self.key = key }
}

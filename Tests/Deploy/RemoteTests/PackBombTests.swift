import GitObjects
import GitProtocol
import GitStore
import Posix
import TestSupport
import Testing

@testable import Remote

@Suite("Packs that are meant to fill our memory", .timeLimit(.minutes(3)))
struct PackBombTests {
    @Test("an object that inflates to gigabytes passes through without being held")
    func hugeObject() async {
        await #expect(processExitsWith: .success) {
            try withBomb { commit, huge in
                // A blob of 1 GiB of zeros, in one megabyte.
                let script = #"""
                    use Compress::Zlib; binmode STDOUT;
                    my $size = 1 << 30;
                    my ($first, $rest) = ($size & 15, $size >> 4);
                    print pack('C', 0xB0 | $first);
                    while ($rest > 127) { print pack('C', 0x80 | $rest & 127); $rest >>= 7 }
                    print pack('C', $rest);
                    my ($stream) = deflateInit(-Level => 9);
                    my $zeros = "\0" x (1 << 20);
                    for (1..1024) { my ($out) = $stream->deflate($zeros); print $out }
                    my ($end) = $stream->flush(); print $end;
                    """#
                huge = try runProgram(["perl", "-e", script], within: .seconds(100)).succeeded().outputBytes
                _ = commit
            }
        }
    }

    @Test("a delta that unfolds to gigabytes is refused")
    func deltaBomb() async {
        await #expect(processExitsWith: .success) {
            try withBomb { _, huge in
                // A blob of one megabyte and a delta that copies it 1,500 times: 1.5 GB. Above 2 GB libgit2 has a limit.
                let script = #"""
                    use Compress::Zlib; binmode STDOUT;
                    sub number { my $n = shift; my $o = ''; while ($n > 127) { $o .= pack('C', 0x80 | $n & 127); $n >>= 7 } $o . pack('C', $n) }
                    sub object { my ($type, $data, $extra) = @_; my $n = length $data;
                        my $h = $n & 15; $n >>= 4;
                        my $o = pack('C', ($n ? 0x80 : 0) | $type << 4 | $h);
                        $o .= number($n) if $n;
                        return $o . $extra . compress($data, 9) }
                    my $base = "\0" x (1 << 20);
                    my $blob = object(3, $base, '');
                    my $copies = 1500;
                    my $delta = number(length $base) . number($copies * (1 << 20)) . (pack('CCCC', 0xF0, 0, 0, 0x10) x $copies);
                    my $distance = length $blob;
                    my $offset = pack('C', $distance & 127);
                    while ($distance >>= 7) { $distance--; $offset = pack('C', 0x80 | $distance & 127) . $offset }
                    print $blob . object(6, $delta, $offset);
                    """#
                huge = try runProgram(["perl", "-e", script]).succeeded().outputBytes
            } expecting: { error in
                #expect(error?.kind == .limit)
            }
        }
    }
}

/// Serves a pack whose last objects are `huge`, and expects that fetching it takes less than 300 MB.
private func withBomb(
    _ make: (String, inout [UInt8]) throws -> Void, expecting: (RemoteError?) -> Void = { _ in }
) throws {
    let directory = try TestFiles.makeTemporaryDirectory("/tmp/git-sidecar-bomb")
    defer { try? TestFiles.remove(directory) }
    var entries: [UInt8] = []
    try make("", &entries)
    let count: UInt8 = entries.count > 500_000 ? 1 : 2
    let pack = try PackSource.sealed(Array("PACK".utf8) + [0, 0, 0, 2, 0, 0, 0, count] + entries)
    let script = Script(
        tip: String(repeating: "1", count: 40), answer: Wire.packSection + Wire.band(pack) + Wire.flush)
    try script.play(on: .http) { way, url in
        let store = try ObjectStore.open("\(directory)/store")
        var caught: RemoteError?
        do {
            try way.remote(url).sync("main", depth: 1, into: store, within: .seconds(100))
        } catch let error as RemoteError {
            caught = error
        }
        // The commit asked for is not in it, so the fetch fails in any case.
        #expect(caught != nil)
        print("after the bomb: \(caught.map { "\($0)" } ?? "no error")")
        expecting(caught)
        let peak = try TestFiles.text("/proc/self/status").split(separator: "\n").first { $0.hasPrefix("VmHWM") }
        let kilobytes = peak?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? .max
        print("peak \(kilobytes) kB")
        #expect(kilobytes < 300_000)
        #expect(try TestFiles.list("\(store.path)/objects/pack").allSatisfy { $0.hasPrefix("pack-") })
    }
}

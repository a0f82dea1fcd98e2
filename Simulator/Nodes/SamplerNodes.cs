using System.Numerics;
using Continuity.Simulator.Execution;
using Continuity.Simulator.Media;

namespace Continuity.Simulator.Nodes;

/// <summary>Samplers: here pictures come into being, step by step.</summary>
internal static class SamplerNodes
{
    private static readonly BigInteger NoNoise = BigInteger.MinusOne;

    public static void Register(Dictionary<string, NodeRunner> runners)
    {
        runners["KSampler"] = async call => NodeOutput.Of(await SampleAsync(
            call, LoaderNodes.Model(call, "model"), call.Conditioning("positive"), call.Big("seed"), call.Int("steps"), call.Float("denoise")));
        runners["KSamplerAdvanced"] = async call =>
        {
            var start = call.Int("start_at_step");
            var steps = Math.Max(0, Math.Min(call.Int("end_at_step"), call.Int("steps")) - start);
            var share = start > 0 ? (double)steps / Math.Max(1, call.Int("steps")) : 1;
            var model = LoaderNodes.Model(call, "model");
            return NodeOutput.Of(await SampleAsync(call, model, call.Conditioning("positive"), call.Big("noise_seed"), steps, share));
        };
        runners["SamplerCustomAdvanced"] = async call =>
        {
            var guider = call.Get<Guider>("guider", "sample");
            var steps = call.Get<Sigmas>("sigmas", "shape").Steps;
            var sampled = await SampleAsync(call, guider.Model, guider.Conditioning, call.Get<Noise>("noise", "seed").Seed, steps, 1);
            return NodeOutput.Of(sampled, sampled);
        };
        runners["SamplerCustom"] = async call =>
        {
            var steps = call.Get<Sigmas>("sigmas", "shape").Steps;
            var model = LoaderNodes.Model(call, "model");
            var sampled = await SampleAsync(call, model, call.Conditioning("positive"), call.Big("noise_seed"), steps, 1);
            return NodeOutput.Of(sampled, sampled);
        };
        runners["RandomNoise"] = call => Task.FromResult(NodeOutput.Of(new Noise(call.Big("noise_seed"))));
        runners["DisableNoise"] = _ => Task.FromResult(NodeOutput.Of(new Noise(NoNoise)));
        runners["LTXVScheduler"] = call => Task.FromResult(NodeOutput.Of(new Sigmas(call.Int("steps"))));
        runners["SplitSigmas"] = call =>
        {
            var (steps, at) = (call.Get<Sigmas>("sigmas", "shape").Steps, call.Int("step"));
            return Task.FromResult(NodeOutput.Of(new Sigmas(Math.Min(steps, at)), new Sigmas(Math.Max(0, steps - at))));
        };
        runners["BasicGuider"] = call => Guide(call, "conditioning");
        runners["CFGGuider"] = call => Guide(call, "positive");
        runners["KSamplerSelect"] = _ => Task.FromResult(NodeOutput.Of(new Opaque("SAMPLER")));
        runners["BasicScheduler"] = call => Task.FromResult(NodeOutput.Of(
            new Sigmas(call.Float("denoise") <= 0 ? 0 : call.Int("steps"))));
    }

    private static Task<NodeOutput> Guide(NodeCall call, string conditioning) =>
        Task.FromResult(NodeOutput.Of(new Guider(LoaderNodes.Model(call, "model"), call.Conditioning(conditioning))));

    private static async Task<Latent> SampleAsync(NodeCall call, ModelValue model, Conditioning text, BigInteger seed, int steps, double denoise)
    {
        var latent = call.Latent("latent_image");
        await call.UseAsync(model);
        var sampled = latent with { Content = ContentOf(latent, text.Text, seed, denoise) };
        var options = call.Services.Options;
        for (var step = 1; step <= steps; step++)
        {
            await call.DelayAsync(options.StepTime);
            var isShown = options.PreviewEveryStep > 0 && (step % options.PreviewEveryStep == 0 || step == steps);
            call.Progress((long)step, (long)steps, isShown ? await PreviewAsync(sampled.Content, step, steps, call.CancellationToken) : null);
        }

        return sampled;
    }

    // Without noise there is nothing new to make of what another sampler began.
    private static Picture ContentOf(Latent latent, string text, BigInteger seed, double denoise) =>
        seed == NoNoise && latent.Content is { } begun ? begun : Compose(latent, text, (ulong)(seed & ulong.MaxValue), denoise);

    private static Picture Compose(Latent latent, string text, ulong seed, double denoise)
    {
        var painted = Pictures.Painted(latent.Width, latent.Height, latent.IsVideo ? 1 : latent.Batch, text, seed);
        if (latent.IsVideo)
        {
            if (denoise < 1 && latent.Content is not null)
            {
                return latent.Content; // the second of two samplers refines what the first composed
            }

            var start = latent.Start is null ? painted : Pictures.Scale(Pictures.Slice(latent.Start, 0, 1), latent.Width, latent.Height, crop: true);
            var end = latent.End is null ? null : Pictures.Scale(Pictures.Slice(latent.End, 0, 1), latent.Width, latent.Height, crop: true);
            return Pictures.Motion(start, end, latent.Length, latent.Batch, seed);
        }

        return latent.Content is { } content && denoise < 1 ? Pictures.Blend(content, painted, denoise * 0.6) : painted;
    }

    private static async Task<Preview> PreviewAsync(Picture picture, int step, int steps, CancellationToken cancellationToken) =>
        new(await PictureFiles.PreviewAsync(picture, (double)step / steps, cancellationToken), IsPng: false);
}
